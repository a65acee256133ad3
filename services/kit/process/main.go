package process

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"go.uber.org/fx"

	"cloudpact.dev/services/kit/config"
)

// Main is the whole of a service's main function: it reads the configuration,
// runs the graph until the process is interrupted, and exits.
//
//	process.Main("token", process.Default(), func(c process.Config) fx.Option {
//		return fx.Options(process.Module(c, "token"), fx.Supply(token.Config{Host: c.Host("token")}), token.Module, rpc.Serve)
//	})
func Main[C any](name string, defaults C, graph func(C) fx.Option) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, name, os.Args[1:], os.Stdout, os.Stderr, defaults, graph))
}

func run[C any](ctx context.Context, name string, args []string, out, errs io.Writer, defaults C, graph func(C) fx.Option) int {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(errs)
	file := flags.String("config", "", "configuration `file` (YAML); "+config.Prefix+"_... in the environment overrides it")
	settings := flags.Bool("settings", false, "print every setting with its default, and exit")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if err := serve(ctx, *file, *settings, out, defaults, graph); err != nil {
		fmt.Fprintf(errs, "%s: %v\n", name, err)
		return 1
	}
	return 0
}

func serve[C any](ctx context.Context, file string, settings bool, out io.Writer, defaults C, graph func(C) fx.Option) error {
	if settings {
		entries, err := config.Describe(defaults)
		if err != nil {
			return err
		}
		return config.Text(out, entries)
	}
	cfg, err := config.Load(defaults, config.Source{File: file})
	if err != nil {
		return err
	}
	app := fx.New(graph(cfg))
	if err := app.Err(); err != nil {
		return err
	}
	start, cancel := context.WithTimeout(ctx, app.StartTimeout())
	defer cancel()
	if err := app.Start(start); err != nil {
		return err
	}
	failed := false
	select {
	case <-ctx.Done():
	case sig := <-app.Wait():
		failed = sig.ExitCode != 0
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), app.StopTimeout())
	defer cancel()
	if err := app.Stop(end); err != nil {
		return err
	}
	if failed {
		return fmt.Errorf("a part of the process failed; the log says which")
	}
	return nil
}
