// Command http-check asks addresses over HTTP and prints one JSON line for each: what answered, or why nothing did.
// It runs in a pod, so that names are resolved and services reached as any workload of the cluster does it.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

// answer is one line of output; status 0 says that nothing answered.
type answer struct {
	URL    string `json:"url"`
	Status int    `json:"status"`
	Bytes  int64  `json:"bytes"`
	Digest string `json:"digest"`
	Error  string `json:"error"`
}

const (
	tries = 8
	pause = time.Second
	// largest is the most that is read of a body.
	largest = 16 << 20
)

func main() {
	client := &http.Client{
		Timeout:       5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	out := json.NewEncoder(os.Stdout)
	for _, url := range os.Args[1:] {
		if err := out.Encode(askPatiently(client, url, pause)); err != nil {
			log.Fatal(err)
		}
	}
}

// askPatiently asks again while the answer is not a good one: a Service may take a moment to reach every machine.
func askPatiently(client *http.Client, url string, pause time.Duration) answer {
	var said answer
	for try := range tries {
		if try > 0 {
			time.Sleep(pause)
		}
		if said = ask(client, url); said.Status > 0 && said.Status < 400 {
			break
		}
	}
	return said
}

func ask(client *http.Client, url string) answer {
	response, err := client.Get(url)
	if err != nil {
		return answer{URL: url, Error: err.Error()}
	}
	defer response.Body.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, io.LimitReader(response.Body, largest))
	if err != nil {
		return answer{URL: url, Error: err.Error()}
	}
	return answer{URL: url, Status: response.StatusCode, Bytes: size, Digest: "sha256:" + hex.EncodeToString(sum.Sum(nil))}
}
