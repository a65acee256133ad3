// Package rig puts the suite up for tests: in one process or as five, on SQLite
// or PostgreSQL, reached over gRPC or JSON.
package rig

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/process"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/scenario"
	"cloudpact.dev/services/suite/internal/replay"
	"cloudpact.dev/services/suite/internal/stack"
)

// Rig is a suite that runs, and a way to call it.
type Rig struct {
	// Name tells rigs apart, "grpc/sqlite/one".
	Name string
	// Caller brings calls.
	Caller scenario.Caller
	// Tokens are the credentials, TokenFile is where they stand.
	Tokens    *rpc.TokenFile
	TokenFile string

	env []string // of the processes of a split rig
}

// Kind says what rig to put up.
type Kind struct {
	Postgres, Split, JSON bool
	// Redis is the address of the Redis between split processes; where empty the
	// rig starts one.
	Redis string
}

// Default is what runs on a machine with nothing but Go.
var Default = Kind{}

// Full are the rigs beside the default one: with it, every pair of choices is
// met at least once.
var Full = []Kind{{Postgres: true, JSON: true}, {Postgres: true, Split: true}, {Split: true, JSON: true}}

// String is the rig's name.
func (k Kind) String() string {
	name := func(yes bool, a, b string) string {
		if yes {
			return a
		}
		return b
	}
	return name(k.JSON, "json", "grpc") + "/" + name(k.Postgres, "postgres", "sqlite") + "/" + name(k.Split, "split", "one")
}

// Start puts a rig up; it goes with the test.
func Start(t testing.TB, k Kind) *Rig {
	t.Helper()
	cfg := Config(t, k.Postgres)
	if k.Split {
		return startSplit(t, k, cfg)
	}
	targets := process.Services
	if k.JSON {
		targets = stack.Targets
	}
	s, err := stack.Start(t.Context(), cfg, targets...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	r := &Rig{Name: k.String(), Caller: stack.Caller{Directory: s.Directory}, Tokens: s.Tokens, TokenFile: cfg.TokenFile()}
	if k.JSON {
		r.Caller = scenario.JSON{Base: s.URL(), Client: &http.Client{Timeout: time.Minute}}
	}
	return r
}

// Config is the configuration of a suite in a temporary folder.
func Config(t testing.TB, postgres bool) stack.Config {
	t.Helper()
	cfg := stack.Default()
	cfg.Data, cfg.Log = t.TempDir(), "error"
	cfg.GRPC.Listen.Addr, cfg.Ops.Addr = "", ""
	cfg.Gateway.Listen.Addr = "127.0.0.1:0"
	if postgres {
		cfg.Database.Driver, cfg.Database.DSN = "postgres", dbtest.PostgresTemplate(t, process.Services...)
	}
	cfg.Tokens = filepath.Join(cfg.Data, "tokens.yaml")
	return cfg
}

// Token gives the credential of a role.
func (r *Rig) Token(role string) (string, error) { return r.Tokens.Token(role), nil }

// Play plays a scenario file on a fresh provider.
func (r *Rig) Play(ctx context.Context, path string) (*scenario.File, *scenario.Result, error) {
	f, err := scenario.Read(path)
	if err != nil {
		return nil, nil, err
	}
	p := &scenario.Player{Caller: r.Caller, Token: r.Token, Terms: replay.Terms, Run: r.Name}
	res, err := p.Play(ctx, f)
	return f, res, err
}
