package ops_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"cloudpact.dev/services/kit/ops"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOps(t *testing.T) {
	h := &ops.Health{}
	var sick error
	h.Add("db", func(context.Context) error { return sick })
	h.Add("feed", func(context.Context) error { return nil })
	s, err := ops.NewServer(ops.Config{Addr: "127.0.0.1:0"}, ops.Handler(h, ops.NewRegistry()), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	get := func(path, host string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b)
	}
	for path, want := range map[string]string{
		"/healthz": "ok", "/readyz": `"ready":true`, "/metrics": "go_goroutines",
		"/debug/pprof/": "goroutine", "/debug/pprof/cmdline": ".test",
	} {
		if code, body := get(path, ""); code != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.200s", path, code, body)
		}
	}
	if code, _ := get("/nothing", ""); code != 404 {
		t.Error(code)
	}
	if code, _ := get("/metrics", "evil.example"); code != http.StatusForbidden {
		t.Error("a foreign page's request was answered")
	}
	sick = errors.New("disk is full")
	if code, body := get("/readyz", "localhost"); code != 503 || !strings.Contains(body, "disk is full") || !strings.Contains(body, `"feed":"ok"`) {
		t.Errorf("%d %s", code, body)
	}
}

func TestOpsStaysAtHome(t *testing.T) {
	if _, err := ops.NewServer(ops.Config{Addr: ":8082"}, http.NotFoundHandler(), slog.Default()); err == nil {
		t.Error("an open address was accepted")
	}
	s, err := ops.NewServer(ops.Config{}, http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Start(t.Context()), s.Stop(t.Context())); err != nil || s.Addr() != nil {
		t.Error(err)
	}
}
