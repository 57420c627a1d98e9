// Command hello answers HTTP requests with a page that says which copy of it answered.
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

// run serves until it is told to end, then lets open requests finish.
func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()

	host, err := os.Hostname()
	if err != nil {
		return err
	}
	server := &http.Server{
		Addr:              setting("ADDRESS", ":8080"),
		Handler:           newSite(host, setting("GREETING", "Hello from the platform")).routes(),
		ReadHeaderTimeout: 5 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	log.Printf("hello %s listens on %s", version, server.Addr)

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
