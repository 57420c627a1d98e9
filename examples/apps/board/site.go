package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// routes maps paths to answers; anything else is 404.
func (b *board) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", b.showPage)
	mux.HandleFunc("GET /api/targets", b.showTargets)
	mux.HandleFunc("GET /healthz", showHealth)
	mux.HandleFunc("GET /metrics", b.showMetrics)
	return mux
}

func (b *board) showPage(w http.ResponseWriter, _ *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	// The client is gone when writing fails; there is nobody left to tell.
	_ = page.Execute(w, map[string]any{"Answers": b.latest(), "Version": version})
}

func (b *board) showTargets(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(b.latest())
}

// showHealth speaks for the board alone: a target that is down must not restart the board.
func showHealth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "ok")
}

// showMetrics writes the Prometheus text format.
func (b *board) showMetrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	fmt.Fprint(w, "# HELP board_target_up Whether the target's last answer was good.\n# TYPE board_target_up gauge\n")
	for _, said := range b.latest() {
		up := 0
		if said.Up {
			up = 1
		}
		fmt.Fprintf(w, "board_target_up{target=%q} %d\n", said.Name, up)
	}
	fmt.Fprintf(w, "# HELP board_build_info The version that runs.\n# TYPE board_build_info gauge\nboard_build_info{version=%q} 1\n", version)
}
