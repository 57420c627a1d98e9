// Command tcp-balancer spreads TCP connections over API servers, leaving out those that are not ready: one that has just
// started listens before it knows who may do what, and would refuse everybody.
// A machine that disappears says nothing: its connections are closed as soon as the server counts as down,
// so that clients connect again instead of waiting for their own timeouts.
package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	checkEvery  = time.Second
	dialTimeout = time.Second
	// A busy server may miss one check.
	missesUntilDown = 2
)

// server is one place connections go to.
type server struct {
	address string

	mu       sync.Mutex
	up       bool
	misses   int
	sessions map[net.Conn]struct{}
}

// checked notes whether a check was answered; a server that has gone down loses its connections.
func (s *server) checked(answered bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answered {
		if !s.up {
			log.Printf("%s is up", s.address)
		}
		s.up, s.misses = true, 0
		return
	}
	s.misses++
	if !s.up || s.misses < missesUntilDown {
		return
	}
	s.up = false
	log.Printf("%s is down, closing %d connections", s.address, len(s.sessions))
	for session := range s.sessions {
		session.Close()
	}
}

func (s *server) isUp() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.up
}

func (s *server) enter(session net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[session] = struct{}{}
}

func (s *server) leave(session net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, session)
}

// probe asks servers whether they are ready. It trusts nothing it hears but yes and no: who connects checks the certificate.
var probe = &http.Client{
	Timeout:   2 * time.Second,
	Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
}

func (s *server) ready(path string) bool {
	answer, err := probe.Get("https://" + s.address + path)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func (s *server) watch(path string) {
	for {
		s.checked(s.ready(path))
		time.Sleep(checkEvery)
	}
}

// pool chooses servers in turn.
type pool struct {
	servers []*server

	mu   sync.Mutex
	next int
}

func newPool(addresses []string) *pool {
	p := &pool{}
	for _, address := range addresses {
		p.servers = append(p.servers, &server{address: address, sessions: map[net.Conn]struct{}{}})
	}
	return p
}

// turn lists all servers, beginning with the one whose turn it is.
func (p *pool) turn() []*server {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = (p.next + 1) % len(p.servers)
	return append(append([]*server{}, p.servers[p.next:]...), p.servers[:p.next]...)
}

var errNoServer = errors.New("no server is up")

// connect reaches the first server in turn that is up and answers.
func (p *pool) connect() (*server, net.Conn, error) {
	for _, s := range p.turn() {
		if !s.isUp() {
			continue
		}
		connection, err := net.DialTimeout("tcp", s.address, dialTimeout)
		if err == nil {
			return s, connection, nil
		}
		s.checked(false)
	}
	return nil, nil, errNoServer
}

func (p *pool) serve(client net.Conn) {
	defer client.Close()
	s, upstream, err := p.connect()
	if err != nil {
		return
	}
	defer upstream.Close()
	s.enter(upstream)
	defer s.leave(upstream)
	done := make(chan struct{}, 2)
	go pipe(upstream, client, done)
	go pipe(client, upstream, done)
	<-done
	<-done
}

// pipe copies one direction; its end is passed on, so that the other may still finish. A broken one ends both.
func pipe(to, from net.Conn, done chan<- struct{}) {
	defer func() { done <- struct{}{} }()
	if _, err := io.Copy(to, from); err != nil {
		to.Close()
		from.Close()
		return
	}
	if half, ok := to.(*net.TCPConn); ok {
		half.CloseWrite()
	}
}

// ServeHTTP tells the servers and which of them are up.
func (p *pool) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	up := map[string]bool{}
	for _, s := range p.servers {
		up[s.address] = s.isUp()
	}
	w.Header().Set("content-type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"servers": up})
}

func main() {
	listen := flag.String("listen", "", "address and port of clients")
	status := flag.String("status", "", "address and port that tells over HTTP which servers are up")
	ready := flag.String("ready", "/readyz", "path that answers 200 over HTTPS where a server is ready")
	servers := flag.String("servers", "", "addresses and ports of the servers, comma separated")
	flag.Parse()
	addresses := strings.Split(*servers, ",")
	if *listen == "" || *status == "" || *servers == "" {
		log.Fatal("-listen, -status and -servers are needed")
	}
	p := newPool(addresses)
	for _, s := range p.servers {
		go s.watch(*ready)
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(http.ListenAndServe(*status, p)) }()
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go p.serve(client)
	}
}
