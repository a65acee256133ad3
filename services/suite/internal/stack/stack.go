// Package stack runs the suite, or a part of it, in this process.
package stack

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"

	"cloudpact.dev/services/billing"
	"cloudpact.dev/services/compliance"
	"cloudpact.dev/services/gateway"
	"cloudpact.dev/services/kit/process"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/sla"
	"cloudpact.dev/services/token"
	"go.uber.org/dig"
	"go.uber.org/fx"
)

// Config is the configuration of the suite.
type Config struct {
	process.Config `koanf:",squash"`
	Gateway        gateway.Config `koanf:"gateway" doc:"the JSON gateway"`
}

// Default runs everything on the suite's default addresses. It logs what goes
// wrong; a newcomer's terminal is for the summary.
func Default() Config {
	c := Config{Config: process.Default(), Gateway: gateway.DefaultConfig()}
	c.Log = "warn"
	return c
}

// Targets are what a process may run; "all" stands for every one of them.
var Targets = append(slices.Clone(process.Services), "gateway")

// parts are the fx options of each target.
func parts(c Config) map[string]fx.Option {
	return map[string]fx.Option{
		"billing":    fx.Options(fx.Supply(billing.Config{Host: c.Host("billing")}), billing.Module),
		"sla":        fx.Options(fx.Supply(sla.Config{Host: c.Host("sla")}), sla.Module),
		"compliance": fx.Options(fx.Supply(compliance.Config{Host: c.Host("compliance")}), compliance.Module),
		"token":      fx.Options(fx.Supply(token.Config{Host: c.Host("token")}), token.Module),
		"gateway":    fx.Options(fx.Supply(c.Gateway), gateway.Module),
	}
}

// expand turns what the operator asked for into targets.
func expand(targets []string) ([]string, error) {
	if slices.Contains(targets, "all") {
		targets = Targets
	}
	for _, t := range targets {
		if !slices.Contains(Targets, t) {
			return nil, fmt.Errorf("no target %q: choose all, %s", t, strings.Join(Targets, ", "))
		}
	}
	if len(targets) == 0 {
		return nil, fmt.Errorf("name a target: all, %s", strings.Join(Targets, ", "))
	}
	return slices.Compact(slices.Sorted(slices.Values(targets))), nil
}

// Options are the graph of a process that runs the targets.
func Options(c Config, targets ...string) (fx.Option, error) {
	targets, err := expand(targets)
	if err != nil {
		return nil, err
	}
	local := slices.DeleteFunc(slices.Clone(targets), func(t string) bool { return t == "gateway" })
	opts := []fx.Option{process.Module(c.Config, local...)}
	all := parts(c)
	for _, t := range Targets { // the gateway last: it serves when the services do
		if slices.Contains(targets, t) && t != "gateway" {
			opts = append(opts, all[t])
		}
	}
	opts = append(opts, rpc.Serve)
	if slices.Contains(targets, "gateway") {
		opts = append(opts, all["gateway"])
	}
	return fx.Options(opts...), nil
}

// Stack is a running part of the suite.
type Stack struct {
	app *fx.App
	// Server is the process's gRPC server.
	Server *rpc.Server
	// Directory knows every service.
	Directory *rpc.Directory
	// Tokens are the credentials.
	Tokens *rpc.TokenFile
	// JSON is the gateway; nil where it is not a target.
	JSON *gateway.Server
}

// Start runs the targets and returns when they serve.
func Start(ctx context.Context, c Config, targets ...string) (*Stack, error) {
	opts, err := Options(c, targets...)
	if err != nil {
		return nil, err
	}
	s := &Stack{}
	more := []any{&s.Server, &s.Directory, &s.Tokens}
	if slices.Contains(targets, "all") || slices.Contains(targets, "gateway") {
		more = append(more, &s.JSON)
	}
	s.app = fx.New(opts, fx.Populate(more...))
	if err := s.app.Err(); err != nil {
		return nil, dig.RootCause(err) // how the graph led there helps nobody who runs it
	}
	if err := s.app.Start(ctx); err != nil {
		return nil, dig.RootCause(err)
	}
	return s, nil
}

// Wait blocks until the context is done or a part of the process failed.
func (s *Stack) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case sig := <-s.app.Wait():
		if sig.ExitCode == 0 { // a signal
			return nil
		}
		return fmt.Errorf("a part of the process failed (exit code %d); the log says which", sig.ExitCode)
	}
}

// Stop lets running calls finish and ends the process's parts.
func (s *Stack) Stop(ctx context.Context) error { return s.app.Stop(ctx) }

// Token gives the credential of a role.
func (s *Stack) Token(role string) (string, error) {
	if t := s.Tokens.Token(role); t != "" {
		return t, nil
	}
	return "", fmt.Errorf("the token file has nobody with the role %q", role)
}

// URL is the address of the JSON API, "" without a gateway.
func (s *Stack) URL() string { return url(s.JSON) }

func url(g *gateway.Server) string {
	if g == nil || g.Addr() == nil {
		return ""
	}
	return "http://" + g.Addr().(*net.TCPAddr).String()
}

// Migrate brings the databases of the targets up to date without serving, and
// names those it opened.
func Migrate(ctx context.Context, c Config, targets ...string) ([]string, error) {
	c.GRPC.Listen.Addr, c.Ops.Addr, c.Gateway.Listen.Addr = "", "", ""
	if slices.Contains(targets, "all") {
		targets = process.Services
	}
	opts, err := Options(c, targets...)
	if err != nil {
		return nil, err
	}
	app := fx.New(opts) // making a host opens its database and migrates it
	if err := app.Err(); err != nil {
		return nil, dig.RootCause(err)
	}
	return targets, app.Stop(ctx)
}
