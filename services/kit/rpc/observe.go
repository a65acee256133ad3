package rpc

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/fault"
)

// observer counts, times and logs calls. What a request says is never logged.
type observer struct {
	log     *slog.Logger
	calls   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	panics  *prometheus.CounterVec
}

func newObserver(log *slog.Logger, reg prometheus.Registerer) (*observer, error) {
	o := &observer{
		log: log,
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cloudpact_rpc_calls_total", Help: "Calls answered, by method and code.",
		}, []string{"method", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "cloudpact_rpc_seconds", Help: "Time to answer a call.",
			Buckets: []float64{.0002, .001, .005, .02, .1, .5, 2, 10},
		}, []string{"method"}),
		panics: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cloudpact_rpc_panics_total", Help: "Handlers that panicked.",
		}, []string{"method"}),
	}
	for _, c := range []prometheus.Collector{o.calls, o.seconds, o.panics} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// begin starts the observation of one call; the function it returns ends it.
func (o *observer) begin(ctx context.Context, m *method) func(p Principal, f *fault.Fault) {
	watch := clock.Stopwatch()
	return func(p Principal, f *fault.Fault) {
		took := watch()
		code := codes.OK
		if f != nil {
			code = f.Code
		}
		o.calls.WithLabelValues(m.full, code.String()).Inc()
		o.seconds.WithLabelValues(m.full).Observe(took.Seconds())
		o.write(ctx, m, p, f, took)
	}
}

func (o *observer) write(ctx context.Context, m *method, p Principal, f *fault.Fault, took time.Duration) {
	level := slog.LevelInfo
	if m.internal {
		level = slog.LevelDebug
	}
	if f != nil && serious(f.Code) {
		level = slog.LevelError
	}
	if !o.log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("service", m.owner), slog.String("method", m.full),
		slog.String("subject", p.Subject), slog.Duration("took", took),
	}
	if id := metadata.ValueFromIncomingContext(ctx, HeaderRequestID); len(id) > 0 {
		attrs = append(attrs, slog.String("request", id[0]))
	}
	if f == nil {
		o.log.LogAttrs(ctx, level, "call", append(attrs, slog.String("code", codes.OK.String()))...)
		return
	}
	attrs = append(attrs, slog.String("code", f.Code.String()), slog.String("reason", f.Reason))
	if level == slog.LevelError {
		attrs = append(attrs, slog.String("error", f.Error()))
	}
	o.log.LogAttrs(ctx, level, "call", attrs...)
}

func serious(c codes.Code) bool {
	return c == codes.Internal || c == codes.Unknown || c == codes.DataLoss
}
