package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestAskTellsStatusSizeAndDigest(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok\n") }))
	defer server.Close()
	got := ask(server.Client(), server.URL)
	want := answer{URL: server.URL, Status: 200, Bytes: 3, Digest: "sha256:dc51b8c96c2d745df3bd5590d990230a482fd247123599548e0632fdbf97fc22"}
	if got != want {
		t.Fatalf("%+v", got)
	}
}

func TestAskTellsWhyNothingAnswered(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	if got := ask(http.DefaultClient, server.URL); got.Status != 0 || got.Error == "" {
		t.Fatalf("%+v", got)
	}
}

func TestAskPatientlyWaitsForAGoodAnswer(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	if got := askPatiently(server.Client(), server.URL, 0); got.Status != 200 || asked != 3 {
		t.Fatalf("%+v after %d", got, asked)
	}
}

func TestAskPatientlyGivesUp(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	if got := askPatiently(server.Client(), server.URL, 0); got.Status != 404 {
		t.Fatalf("%+v", got)
	}
}
