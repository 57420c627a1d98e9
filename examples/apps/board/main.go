// Command board asks other services whether they are well and shows what they said.
package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// version is set by the linker.
var version = "dev"

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

// run asks and serves until it is told to end, then lets open requests finish.
func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()

	targets, err := parseTargets(os.Getenv("TARGETS"))
	if err != nil {
		return err
	}
	board := newBoard(targets)
	go board.watch(ctx, 5*time.Second)

	server := &http.Server{
		Addr:              setting("ADDRESS", ":8080"),
		Handler:           board.routes(),
		ReadHeaderTimeout: 5 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	log.Printf("board %s listens on %s and asks %d targets", version, server.Addr, len(targets))

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(ending); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// setting reads an environment variable; an empty one counts as absent.
func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
