package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"cloudpact.dev/services/suite/internal/replay"
	"cloudpact.dev/services/suite/internal/stack"
)

type serveCmd struct {
	Target []string `help:"What to run: all, billing, sla, compliance, token, gateway." default:"all"`
	NoDemo bool     `help:"Start without replaying the demo contract." name:"no-demo"`
}

// Run serves until it is interrupted. With everything here, the demo contract is
// replayed on first start.
func (s *serveCmd) Run(ctx context.Context, c *command, out Streams) error {
	cfg, err := c.configure()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return err
	}
	running, err := stack.Start(ctx, cfg, s.Target...)
	if err != nil {
		return err
	}
	err = s.serve(ctx, cfg, running, out)
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	return errors.Join(err, running.Stop(stopCtx))
}

func (s *serveCmd) serve(ctx context.Context, cfg stack.Config, running *stack.Stack, out Streams) error {
	if slices.Contains(s.Target, "all") && !s.NoDemo {
		if err := demonstrate(ctx, cfg, running, out); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
	addresses(cfg, running, out)
	return running.Wait(ctx)
}

// demonstrate replays the demo contract and prints what followed.
func demonstrate(ctx context.Context, cfg stack.Config, running *stack.Stack, out Streams) error {
	sum, err := replayed(ctx, cfg, running, out)
	if err != nil {
		return err
	}
	return sum.Print(out.Out)
}

// replayed replays the demo contract, or what is left of it, and sums it up.
func replayed(ctx context.Context, cfg stack.Config, running *stack.Stack, out Streams) (*replay.Summary, error) {
	p := newProgress(out.Err, "replaying the demo contract")
	r := &replay.Replay{Caller: stack.Caller{Directory: running.Directory}, Token: running.Token, Data: cfg.Data, Step: p.step}
	err := r.Run(ctx)
	p.end()
	if err != nil {
		return nil, fmt.Errorf("the demo contract: %w", err)
	}
	token, err := running.Token("operator")
	if err != nil {
		return nil, err
	}
	return replay.Summarise(ctx, r.Caller, token)
}

func addresses(cfg stack.Config, running *stack.Stack, out Streams) {
	fmt.Fprintln(out.Out)
	if u := running.URL(); u != "" {
		fmt.Fprintf(out.Out, "  JSON API       %s/v1/\n", u)
		fmt.Fprintf(out.Out, "  documentation  %s/docs/\n", u)
	}
	fmt.Fprintf(out.Out, "  gRPC           %s\n", cfg.GRPC.Listen.Addr)
	fmt.Fprintf(out.Out, "  metrics        http://%s/metrics  (also /healthz, /readyz, /debug/pprof/)\n", cfg.Ops.Addr)
	fmt.Fprintf(out.Out, "  credentials    %s\n", cfg.TokenFile())
	if u := running.URL(); u != "" {
		fmt.Fprintf(out.Out, `
An invoice, explained line by line with its clauses:

  TOKEN=$(grep -B2 'roles: \[operator\]' %s | sed -n 's/.*token: //p')
  curl -H "Authorization: Bearer $TOKEN" %s/v1/%s:explain

Ctrl-C stops.
`, cfg.TokenFile(), u, replay.ExampleInvoice)
	}
}
