package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

func serve(t *testing.T, status int) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(server.Close)
	return server.URL
}

func TestParseTargets(t *testing.T) {
	got, err := parseTargets(" hello=http://hello.hello.svc/healthz , self=http://localhost:8080/ ,")
	want := []target{{"hello", "http://hello.hello.svc/healthz"}, {"self", "http://localhost:8080/"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%v %v", got, err)
	}
}

func TestParseTargetsRefuses(t *testing.T) {
	for _, text := range []string{"hello", "=http://h/", "hello=", "hello=ftp://h/", "hello=http:///x", "hello=http://%zz"} {
		if got, err := parseTargets(text); err == nil {
			t.Errorf("%q gave %v", text, got)
		}
	}
}

func TestAskTellsUpFromDown(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	b := newBoard([]target{{"good", serve(t, 200)}, {"bad", serve(t, 503)}, {"gone", gone.URL}})
	b.ask(context.Background())
	got := b.latest()
	if !got[0].Up || got[0].Status != 200 {
		t.Errorf("good: %+v", got[0])
	}
	if got[1].Up || got[1].Status != 503 {
		t.Errorf("bad: %+v", got[1])
	}
	if got[2].Up || got[2].Error == "" {
		t.Errorf("gone: %+v", got[2])
	}
}

func TestWatchAsksAtOnceAndEnds(t *testing.T) {
	b := newBoard([]target{{"good", serve(t, 200)}})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { b.watch(ctx, time.Hour); close(ended) }()
	deadline := time.Now().Add(5 * time.Second)
	for len(b.latest()) == 0 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-ended
	if got := b.latest(); len(got) != 1 || !got[0].Up {
		t.Fatalf("%+v", got)
	}
}

func TestSite(t *testing.T) {
	b := newBoard([]target{{"good", serve(t, 200)}, {"bad", serve(t, 500)}})
	b.ask(context.Background())
	ask := func(path string) *httptest.ResponseRecorder {
		said := httptest.NewRecorder()
		b.routes().ServeHTTP(said, httptest.NewRequest(http.MethodGet, path, nil))
		return said
	}
	if page := ask("/").Body.String(); !strings.Contains(page, `class="up"`) || !strings.Contains(page, `class="down"`) {
		t.Errorf("page: %s", page)
	}
	var answers []answer
	if err := json.Unmarshal(ask("/api/targets").Body.Bytes(), &answers); err != nil || len(answers) != 2 {
		t.Errorf("targets: %v %v", answers, err)
	}
	metrics := ask("/metrics").Body.String()
	for _, want := range []string{"board_target_up{target=\"good\"} 1\n", "board_target_up{target=\"bad\"} 0\n"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics lack %q: %s", want, metrics)
		}
	}
	if ask("/healthz").Code != 200 || ask("/nothing").Code != 404 {
		t.Error("health or unknown path")
	}
}
