package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// target is one service the board asks.
type target struct {
	Name string
	URL  string
}

// answer is what a target said last.
type answer struct {
	Name    string    `json:"name"`
	URL     string    `json:"url"`
	Up      bool      `json:"up"`
	Status  int       `json:"status,omitempty"`
	Error   string    `json:"error,omitempty"`
	Millis  int64     `json:"millis"`
	AskedAt time.Time `json:"askedAt"`
}

// board keeps the last answer of each target, in the order the targets were given.
type board struct {
	targets []target
	client  *http.Client
	mu      sync.RWMutex
	answers []answer
}

func newBoard(targets []target) *board {
	return &board{targets: targets, client: &http.Client{Timeout: 2 * time.Second}}
}

// parseTargets reads `name=url` entries divided by commas.
func parseTargets(text string) ([]target, error) {
	var targets []target
	for _, entry := range strings.Split(text, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		name, address, found := strings.Cut(entry, "=")
		parsed, err := url.Parse(address)
		if !found || name == "" || err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
			return nil, fmt.Errorf("TARGETS: %q is not name=http://host/path", entry)
		}
		targets = append(targets, target{Name: name, URL: address})
	}
	return targets, nil
}

// watch asks at once, then at every interval, until the context ends.
func (b *board) watch(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		b.ask(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// ask puts the question to all targets at the same time and keeps what they said.
func (b *board) ask(ctx context.Context) {
	answers := make([]answer, len(b.targets))
	var asked sync.WaitGroup
	for i, t := range b.targets {
		asked.Add(1)
		go func() {
			defer asked.Done()
			answers[i] = b.askOne(ctx, t)
		}()
	}
	asked.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers = answers
}

func (b *board) askOne(ctx context.Context, t target) answer {
	began := time.Now()
	said := answer{Name: t.Name, URL: t.URL, AskedAt: began.UTC()}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, t.URL, nil)
	if err == nil {
		var response *http.Response
		if response, err = b.client.Do(request); err == nil {
			response.Body.Close()
			said.Status = response.StatusCode
			said.Up = response.StatusCode < 400
		}
	}
	if err != nil {
		said.Error = err.Error()
	}
	said.Millis = time.Since(began).Milliseconds()
	return said
}

// latest is a copy, so that a page never shows half of two rounds.
func (b *board) latest() []answer {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return append([]answer{}, b.answers...)
}
