// Package ops serves what operators look at: /healthz (the process lives),
// /readyz (every part is ready), /metrics and /debug/pprof.
package ops

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"cloudpact.dev/services/kit/listen"
)

// Check tells whether a part is ready; nil means yes.
type Check func(ctx context.Context) error

// Health holds the parts' checks. The zero value is ready for use.
type Health struct {
	mu     sync.Mutex
	checks map[string]Check
}

// Add registers a part's check under its name, in place of an earlier one.
func (h *Health) Add(name string, c Check) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.checks == nil {
		h.checks = map[string]Check{}
	}
	h.checks[name] = c
}

// limit bounds the checks of one look.
const limit = 3 * time.Second

// Ready runs all checks side by side and gives each part's state, "ok" or what
// is wrong.
func (h *Health) Ready(ctx context.Context) (parts map[string]string, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	h.mu.Lock()
	defer h.mu.Unlock()
	type result struct {
		name string
		err  error
	}
	results := make(chan result, len(h.checks))
	for name, c := range h.checks {
		go func() { results <- result{name, c(ctx)} }()
	}
	parts, ok = map[string]string{}, true
	for range len(h.checks) {
		r := <-results
		parts[r.name] = "ok"
		if r.err != nil {
			parts[r.name], ok = r.err.Error(), false
		}
	}
	return parts, ok
}

// Handler serves the operators' paths.
func Handler(h *Health, g prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		parts, ok := h.Ready(r.Context())
		w.Header().Set("Content-Type", "application/json")
		if !ok {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"ready": ok, "parts": parts})
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(g, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return localOnly(mux)
}

// localOnly refuses requests that a web page of elsewhere made a browser send:
// their Host is a name, not this machine's address.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); ip == nil && !slices.Contains([]string{"localhost", ""}, host) {
			http.Error(w, "use the address of this machine", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Config says where the operators' server listens. It shows internals without
// asking who looks, so it takes addresses of the machine itself only.
type Config struct {
	Addr string `koanf:"addr" doc:"host:port of metrics, health and pprof, on this machine only; empty: not served"`
}

// DefaultConfig is the suite's default address.
func DefaultConfig() Config { return Config{Addr: "127.0.0.1:8082"} }

// Server serves a Handler.
type Server struct {
	cfg  Config
	log  *slog.Logger
	http *http.Server
	lis  net.Listener
	done chan struct{}
}

// NewServer makes the operators' server.
func NewServer(cfg Config, h http.Handler, log *slog.Logger) (*Server, error) {
	// Never with TLS and an issuer: nobody is asked who looks.
	if err := (listen.Config{Addr: cfg.Addr}).Check(); err != nil {
		return nil, errors.Join(errors.New("ops: only addresses of this machine are served"), err)
	}
	return &Server{
		cfg: cfg, log: log, done: make(chan struct{}),
		http: &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)},
	}, nil
}

// Start opens the listener and serves.
func (s *Server) Start(ctx context.Context) error {
	if s.cfg.Addr == "" {
		close(s.done)
		return nil
	}
	l, err := listen.TCP(ctx, listen.Config{Addr: s.cfg.Addr})
	if err != nil {
		return err
	}
	s.lis = l
	go func() {
		defer close(s.done)
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("ops stopped serving", "error", err)
		}
	}()
	return nil
}

// Stop ends serving.
func (s *Server) Stop(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	if s.lis != nil || s.cfg.Addr == "" {
		<-s.done
	}
	return err
}

// Addr is the address that is listened on, nil without one.
func (s *Server) Addr() net.Addr {
	if s.lis == nil {
		return nil
	}
	return s.lis.Addr()
}
