package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// echo answers each connection with its own name and keeps it open.
func echo(t *testing.T, name string) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			connection.Write([]byte(name))
		}
	}()
	return listener
}

func through(t *testing.T, p *pool) (net.Conn, string) {
	t.Helper()
	client, inside := net.Pipe()
	go p.serve(inside)
	client.SetDeadline(time.Now().Add(5 * time.Second))
	said := make([]byte, 1)
	if _, err := io.ReadFull(client, said); err != nil {
		return client, ""
	}
	return client, string(said)
}

func TestConnectionsGoToServersThatAreUp(t *testing.T) {
	a, b := echo(t, "a"), echo(t, "b")
	p := newPool([]string{a.Addr().String(), b.Addr().String(), "127.0.0.1:1"})
	p.servers[0].checked(true)
	p.servers[1].checked(true)
	seen := map[string]int{}
	for range 6 {
		_, said := through(t, p)
		seen[said]++
	}
	if seen["a"] == 0 || seen["b"] == 0 || seen[""] > 0 {
		t.Fatalf("answers: %v", seen)
	}
}

func TestConnectionsOfAServerThatIsDownAreClosed(t *testing.T) {
	a := echo(t, "a")
	p := newPool([]string{a.Addr().String()})
	p.servers[0].checked(true)
	client, said := through(t, p)
	if said != "a" {
		t.Fatalf("said %q", said)
	}
	p.servers[0].checked(false)
	p.servers[0].checked(false)
	if _, err := client.Read(make([]byte, 1)); err == nil {
		t.Fatal("the connection is still open")
	}
	if _, said := through(t, p); said != "" {
		t.Fatalf("a server that is down answered %q", said)
	}
}

func TestAServerThatListensButIsNotReadyIsLeftOut(t *testing.T) {
	status := http.StatusForbidden
	api := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			status = http.StatusNotFound
		}
		w.WriteHeader(status)
	}))
	defer api.Close()
	s := &server{address: strings.TrimPrefix(api.URL, "https://")}
	if s.ready("/readyz") {
		t.Fatal("it refuses, and counts as ready")
	}
	status = http.StatusOK
	if !s.ready("/readyz") {
		t.Fatal("it is ready, and does not count as such")
	}
}
