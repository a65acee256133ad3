package ops

import (
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/fx"
)

// Module provides *Health, the process's metrics (*prometheus.Registry and
// prometheus.Registerer), and from a Config and an *slog.Logger the running
// *Server.
var Module = fx.Module("ops",
	fx.Provide(
		func() *Health { return &Health{} },
		NewRegistry,
		func(r *prometheus.Registry) prometheus.Registerer { return r },
		newModuleServer,
	),
	fx.Invoke(func(*Server) {}),
)

// NewRegistry makes a registry that knows the process and the Go runtime.
func NewRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

func newModuleServer(lc fx.Lifecycle, cfg Config, h *Health, r *prometheus.Registry, log *slog.Logger) (*Server, error) {
	s, err := NewServer(cfg, Handler(h, r), log)
	if err != nil {
		return nil, err
	}
	lc.Append(fx.Hook{OnStart: s.Start, OnStop: s.Stop})
	return s, nil
}
