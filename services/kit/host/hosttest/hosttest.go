// Package hosttest starts services in tests: real hosts on temporary databases,
// in one process without sockets.
package hosttest

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/kit/wake"
)

// Process is a process of services: make hosts, register their parts, Start.
type Process struct {
	Env    host.Env
	Server *rpc.Server
	Tokens *rpc.TokenFile
	// Metrics holds what the services count.
	Metrics *prometheus.Registry
	// System is the clock of live providers: the machine's until it is replaced
	// before the first Host.
	System clock.Clock

	hosts []*host.Host
}

// New makes a process that serves without a listener. It is stopped with the
// test.
func New(t testing.TB) *Process {
	t.Helper()
	tokens, err := rpc.OpenTokens(filepath.Join(t.TempDir(), "tokens.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{Tokens: tokens, Metrics: prometheus.NewRegistry(), System: clock.System{}}
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	cfg := rpc.DefaultConfig()
	cfg.Listen.Addr = ""
	if p.Server, err = rpc.NewServer(cfg, rpc.Options{Auth: tokens, Log: log, Metrics: p.Metrics}); err != nil {
		t.Fatal(err)
	}
	p.Env = host.Env{
		Directory: rpc.NewDirectory(func() string { return tokens.Token(rpc.RoleService) }),
		Server:    p.Server, Wake: &wake.Memory{}, Metrics: p.Metrics, Log: log,
	}
	t.Cleanup(func() { p.stop(t) })
	return p
}

// Each runs the test on SQLite and, when CLOUDPACT_TEST=full, on PostgreSQL.
// config gives a database of its own at each call.
func Each(t *testing.T, fn func(t *testing.T, config func() db.Config)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, func() db.Config { return dbtest.SQLiteConfig(t) }) })
	if dbtest.Full() {
		t.Run("postgres", func(t *testing.T) { fn(t, func() db.Config { return dbtest.PostgresConfig(t) }) })
	}
}

// Host makes a service of the process.
func (p *Process) Host(t testing.TB, cfg db.Config, spec host.Spec) *host.Host {
	t.Helper()
	env := p.Env
	env.System = p.System
	h, err := host.New(t.Context(), host.Config{Database: cfg}, spec, env)
	if err != nil {
		t.Fatal(err)
	}
	p.hosts = append(p.hosts, h)
	return h
}

// Register gives a host its parts.
func Register(t testing.TB, h *host.Host, parts host.Parts) {
	t.Helper()
	if err := h.Register(parts); err != nil {
		t.Fatal(err)
	}
}

// Start starts the hosts, then the server.
func (p *Process) Start(t testing.TB) {
	t.Helper()
	for _, h := range p.hosts {
		if err := h.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (p *Process) stop(t testing.TB) {
	ctx := context.Background()
	if err := p.Server.Stop(ctx); err != nil {
		t.Error(err)
	}
	for _, h := range p.hosts {
		if err := h.Stop(ctx); err != nil {
			t.Error(err)
		}
	}
	if err := p.Env.Directory.Close(); err != nil {
		t.Error(err)
	}
}

// Conn is a connection to a service for a caller with the role's token: see As.
func (p *Process) Conn(service string) grpc.ClientConnInterface {
	return p.Env.Directory.Public(service)
}

// As makes the calls of the context those of the role.
func (p *Process) As(ctx context.Context, role string) context.Context {
	return rpc.WithToken(ctx, p.Tokens.Token(role))
}

// testWriter sends the log to the test that runs.
type testWriter struct{ t testing.TB }

// Write implements io.Writer.
func (w testWriter) Write(b []byte) (int, error) {
	w.t.Logf("%s", b)
	return len(b), nil
}
