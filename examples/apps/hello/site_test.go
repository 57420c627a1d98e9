package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func ask(t *testing.T, s *site, path string) *httptest.ResponseRecorder {
	t.Helper()
	answer := httptest.NewRecorder()
	s.routes().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
	return answer
}

func TestPageNamesTheCopyThatAnswered(t *testing.T) {
	answer := ask(t, newSite("hello-7c9f", "Good day"), "/")
	if answer.Code != http.StatusOK {
		t.Fatalf("status %d", answer.Code)
	}
	for _, want := range []string{"Good day", "hello-7c9f", version} {
		if !strings.Contains(answer.Body.String(), want) {
			t.Errorf("page lacks %q", want)
		}
	}
}

func TestPageEscapesItsSettings(t *testing.T) {
	answer := ask(t, newSite("h", "<script>alert(1)</script>"), "/")
	if strings.Contains(answer.Body.String(), "<script>") {
		t.Error("a setting reached the page unescaped")
	}
}

func TestHealth(t *testing.T) {
	if answer := ask(t, newSite("h", "g"), "/healthz"); answer.Code != http.StatusOK || answer.Body.String() != "ok\n" {
		t.Fatalf("%d %q", answer.Code, answer.Body.String())
	}
}

func TestMetricsCountPagesOnly(t *testing.T) {
	s := newSite("h", "g")
	ask(t, s, "/")
	ask(t, s, "/")
	ask(t, s, "/healthz")
	if body := ask(t, s, "/metrics").Body.String(); !strings.Contains(body, "\nhello_pages_total 2\n") {
		t.Fatalf("metrics: %s", body)
	}
}

func TestOtherPathsAreNotFound(t *testing.T) {
	if answer := ask(t, newSite("h", "g"), "/nothing"); answer.Code != http.StatusNotFound {
		t.Fatalf("status %d", answer.Code)
	}
}

func TestSetting(t *testing.T) {
	t.Setenv("GREETING", "")
	if setting("GREETING", "x") != "x" {
		t.Error("an empty variable counts as absent")
	}
	t.Setenv("GREETING", "y")
	if setting("GREETING", "x") != "y" {
		t.Error("a variable wins over the fallback")
	}
}
