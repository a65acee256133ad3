package rpc

import (
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
)

// Module provides the process's *Server from a Config and an Authenticator. Log
// and metrics are taken where they are provided. Services register themselves
// while the graph is built; Serve starts the server.
var Module = fx.Module("rpc", fx.Provide(newModuleServer))

// Serve starts and stops the server. Put it after the services' modules: then
// it accepts calls when they have started, and has let its calls finish before
// they stop.
var Serve = fx.Invoke(func(lc fx.Lifecycle, s *Server) {
	lc.Append(fx.Hook{OnStart: s.Start, OnStop: s.Stop})
})

type moduleParams struct {
	fx.In
	Shutdowner fx.Shutdowner
	Config     Config
	Auth       Authenticator
	Log        *slog.Logger          `optional:"true"`
	Metrics    prometheus.Registerer `optional:"true"`
}

func newModuleServer(p moduleParams) (*Server, error) {
	return NewServer(p.Config, Options{
		Auth: p.Auth, Log: p.Log, Metrics: p.Metrics,
		Failed: func(error) { _ = p.Shutdowner.Shutdown(fx.ExitCode(1)) },
	})
}
