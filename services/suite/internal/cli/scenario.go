package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"cloudpact.dev/services/scenario"
	"cloudpact.dev/services/suite/internal/replay"
	"cloudpact.dev/services/suite/internal/stack"
)

type scenarioCmd struct {
	Run runCmd `cmd:"" help:"Play scenario files, each on a fresh sandbox provider in a temporary folder."`
}

type runCmd struct {
	Files []string `arg:"" help:"Scenario files (YAML)." type:"existingfile"`
}

// Run plays files one after the other and fails where one does not hold.
func (r *runCmd) Run(ctx context.Context, c *command, out Streams) (err error) {
	running, _, end, err := c.quiet(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	failed := 0
	for i, name := range r.Files {
		f, err := scenario.Read(name)
		if err == nil {
			p := &scenario.Player{
				Caller: stack.Caller{Directory: running.Directory}, Token: running.Token,
				Terms: replay.Terms, Run: fmt.Sprint("file ", i),
			}
			_, err = p.Play(ctx, f)
		}
		if err != nil {
			failed++
			fmt.Fprintf(out.Out, "FAIL  %s\n      %v\n", name, err)
			continue
		}
		fmt.Fprintf(out.Out, "ok    %s  %s\n", name, f.Title)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d scenarios do not hold", failed, len(r.Files))
	}
	return nil
}

// quiet runs the services without any listener, in a folder of its own that goes
// with them where dir is empty.
func (c *command) quiet(ctx context.Context, dir string) (*stack.Stack, stack.Config, func() error, error) {
	cfg, err := c.configure()
	if err != nil {
		return nil, cfg, nil, err
	}
	clean := func() error { return nil }
	if dir == "" {
		if dir, err = os.MkdirTemp("", "cloudpact-"); err != nil {
			return nil, cfg, nil, err
		}
		clean = func() error { return os.RemoveAll(dir) }
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, cfg, nil, err
	}
	cfg.Data, cfg.Log = dir, "warn"
	cfg.GRPC.Listen.Addr, cfg.Ops.Addr = "", ""
	running, err := stack.Start(ctx, cfg, "billing", "sla", "compliance", "token")
	if err != nil {
		return nil, cfg, nil, errors.Join(err, clean())
	}
	return running, cfg, func() error {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		return errors.Join(running.Stop(stop), clean())
	}, nil
}
