// Package gateway offers the suite's API as JSON over HTTP, with the OpenAPI
// document and a page that shows it. It decides nothing: every call goes to the
// service that owns the method, through the same checks as a gRPC call.
package gateway

import (
	"log/slog"

	"cloudpact.dev/services/gateway/internal/docs"
	"cloudpact.dev/services/gateway/internal/httpapi"
	"cloudpact.dev/services/kit/limit"
	"cloudpact.dev/services/kit/rpc"
	"go.uber.org/fx"
)

// Config says how the gateway serves.
type Config = httpapi.Config

// DefaultConfig serves JSON on the suite's default address.
func DefaultConfig() Config { return httpapi.DefaultConfig() }

// Server is the running gateway.
type Server = httpapi.Server

// Module provides the gateway's Server from a Config, a Directory and a
// limiter, and runs it with the process.
var Module = fx.Module("gateway",
	fx.Provide(newServer),
	fx.Invoke(func(lc fx.Lifecycle, s *Server) { lc.Append(fx.Hook{OnStart: s.Start, OnStop: s.Stop}) }),
)

type params struct {
	fx.In
	Config     Config
	Directory  *rpc.Directory
	Shutdowner fx.Shutdowner
	Limiter    limit.Limiter `optional:"true"`
	Log        *slog.Logger  `optional:"true"`
}

func newServer(p params) (*Server, error) {
	return httpapi.New(p.Config, httpapi.Options{
		Connect: p.Directory.Public,
		Limiter: p.Limiter,
		Docs:    docs.Handler(),
		Log:     p.Log,
		Failed:  func(error) { _ = p.Shutdowner.Shutdown(fx.ExitCode(1)) },
	})
}
