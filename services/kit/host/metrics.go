package host

import (
	"github.com/prometheus/client_golang/prometheus"

	"cloudpact.dev/services/kit/feed"
)

// metrics are one service's; those of several in one process differ by label.
type metrics struct {
	handled *prometheus.CounterVec
	parked  *prometheus.CounterVec
	acted   prometheus.Counter
	failed  prometheus.Counter
	waived  *prometheus.CounterVec
}

func newMetrics(service string, reg prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		handled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cloudpact_feed_handled_total", Help: "Changes whose effect was committed.",
		}, []string{"consumer"}),
		parked: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cloudpact_feed_parked_total", Help: "Changes that failed and parked their customer.",
		}, []string{"consumer"}),
		acted: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "cloudpact_deadlines_acted_total", Help: "Deadlines whose consequence acted.",
		}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "cloudpact_deadlines_failed_total", Help: "Attempts to run deadlines that failed.",
		}),
		waived: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cloudpact_deadlines_waived_total", Help: "Times that the order of ranks was given up because a peer stayed behind.",
		}, []string{"peer"}),
	}
	reg = prometheus.WrapRegistererWith(prometheus.Labels{"service": service}, reg)
	for _, c := range []prometheus.Collector{m.handled, m.parked, m.acted, m.failed, m.waived} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *metrics) events() feed.Events {
	return feed.Events{
		Handled: func(consumer string, n int) { m.handled.WithLabelValues(consumer).Add(float64(n)) },
		Parked:  func(consumer string, _ feed.Change, _ error) { m.parked.WithLabelValues(consumer).Inc() },
	}
}
