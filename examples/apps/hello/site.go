package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"sync/atomic"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// site is what one copy of the application shows and counts.
type site struct {
	host     string
	greeting string
	served   atomic.Uint64
}

func newSite(host, greeting string) *site {
	return &site{host: host, greeting: greeting}
}

// routes maps paths to answers; anything else is 404.
func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.showPage)
	mux.HandleFunc("GET /healthz", s.showHealth)
	mux.HandleFunc("GET /metrics", s.showMetrics)
	return mux
}

func (s *site) showPage(w http.ResponseWriter, _ *http.Request) {
	s.served.Add(1)
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	// The client is gone when writing fails; there is nobody left to tell.
	_ = page.Execute(w, map[string]string{"Greeting": s.greeting, "Host": s.host, "Version": version})
}

func (s *site) showHealth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "ok")
}

// showMetrics writes the Prometheus text format.
func (s *site) showMetrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	fmt.Fprintf(w, "# HELP hello_pages_total Pages served since the start.\n# TYPE hello_pages_total counter\nhello_pages_total %d\n", s.served.Load())
	fmt.Fprintf(w, "# HELP hello_build_info The version that runs.\n# TYPE hello_build_info gauge\nhello_build_info{version=%q} 1\n", version)
}
