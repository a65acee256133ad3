package bookapp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"cloudpact.dev/services/kit/fault"
)

// Peers is what an advance of the clock asks of the services, this one among
// them. It is the one place where one service commands another.
type Peers interface {
	// Services lists those whose time moves together.
	Services() []string
	// CatchUp makes a service take in the sources up to their heads.
	CatchUp(ctx context.Context, service, provider string, sources []Heads, until time.Time) (Standing, error)
	// RunDue runs what a service has due at a moment and tells how much acted.
	RunDue(ctx context.Context, service, provider string, m Moment) (int, error)
	// SetClock tells a service where the clock stands and what advances it.
	SetClock(ctx context.Context, service, provider string, now time.Time, operation string) error
}

// Heads are the last positions of a provider's changes in a service's feed, by
// stream.
type Heads struct {
	Service   string
	Positions map[int32]int64
}

// Moment is an instant and a rank at which deadlines act.
type Moment struct {
	At   time.Time
	Rank int
}

func (m Moment) before(o Moment) bool {
	if c := m.At.Compare(o.At); c != 0 {
		return c < 0
	}
	return m.Rank < o.Rank
}

// Standing is where a service stands: its heads, and what it has due next.
type Standing struct {
	Heads  Heads
	HasDue bool
	Due    Moment
	// Names of some of the deadlines due then.
	Names []string
}

// maxRounds bounds the rounds at one instant: more mean that deadlines set each
// other for ever.
const maxRounds = 1000

// walk moves one provider's clock to a target. It belongs to one goroutine.
type walk struct {
	peers     Peers
	provider  string
	operation string
	now       time.Time
	target    time.Time
	maxRounds int
	// progress is told after each round where the clock stands, how many
	// deadlines have acted and how many rounds it took.
	progress func(now time.Time, acted, rounds int64)

	services []string
	standing map[string]Standing
	// taken is what each service has taken in of the others.
	taken  map[string][]Heads
	acted  int64
	rounds int64
}

// run advances until nothing is due by the target any more. The services stay
// locked: the caller moves their clocks to the end and unlocks them.
func (w *walk) run(ctx context.Context) error {
	w.services = w.peers.Services()
	w.standing, w.taken = map[string]Standing{}, map[string][]Heads{}
	if err := w.setClocks(ctx, w.now, w.operation); err != nil {
		return err
	}
	if err := w.settle(ctx, w.services); err != nil {
		return err
	}
	here := 0
	for {
		m, who := w.next()
		if len(who) == 0 || m.At.After(w.target) {
			return nil
		}
		if m.At.After(w.now) {
			here = 0
			if err := w.setClocks(ctx, m.At, w.operation); err != nil {
				return err
			}
			w.now = m.At
		}
		if here++; here > w.maxRounds {
			return w.livelock(who)
		}
		if err := w.round(ctx, m, who); err != nil {
			return err
		}
	}
}

// round runs one moment on the services that have something due then.
func (w *walk) round(ctx context.Context, m Moment, who []string) error {
	counts := make([]int, len(who))
	err := each(who, func(i int, service string) (err error) {
		counts[i], err = w.peers.RunDue(ctx, service, w.provider, m)
		return err
	})
	for _, n := range counts {
		w.acted += int64(n)
	}
	if err != nil {
		return err
	}
	w.rounds++
	if w.progress != nil {
		w.progress(w.now, w.acted, w.rounds)
	}
	return w.settle(ctx, who)
}

// settle lets the services take each other's changes in until none has new
// ones. touched are those that may have changed by themselves; another is asked
// only when a peer has something new for it.
func (w *walk) settle(ctx context.Context, touched []string) error {
	ask := slices.Clone(touched)
	for len(ask) > 0 {
		sources := make([][]Heads, len(ask))
		answers := make([]Standing, len(ask))
		for i, service := range ask {
			sources[i] = w.othersOf(service)
		}
		err := each(ask, func(i int, service string) (err error) {
			answers[i], err = w.peers.CatchUp(ctx, service, w.provider, sources[i], w.target)
			return err
		})
		if err != nil {
			return err
		}
		for i, service := range ask {
			w.standing[service], w.taken[service] = answers[i], sources[i]
		}
		ask = ask[:0]
		for _, service := range w.services {
			if !sameHeads(w.taken[service], w.othersOf(service)) {
				ask = append(ask, service)
			}
		}
	}
	return nil
}

// othersOf is the heads of all services but one.
func (w *walk) othersOf(service string) []Heads {
	var out []Heads
	for _, s := range w.services {
		if s != service {
			h := w.standing[s].Heads
			h.Service = s
			out = append(out, h)
		}
	}
	return out
}

func sameHeads(a, b []Heads) bool {
	return slices.EqualFunc(a, b, func(x, y Heads) bool {
		return x.Service == y.Service && maps.Equal(x.Positions, y.Positions)
	})
}

// next is the least moment at which a service has something due, and which
// services have.
func (w *walk) next() (Moment, []string) {
	var least Moment
	var who []string
	for _, service := range w.services {
		s := w.standing[service]
		switch {
		case !s.HasDue:
		case len(who) == 0 || s.Due.before(least):
			least, who = s.Due, []string{service}
		case !least.before(s.Due):
			who = append(who, service)
		}
	}
	return least, who
}

// setClocks tells every service where the clock stands.
func (w *walk) setClocks(ctx context.Context, now time.Time, operation string) error {
	return each(w.services, func(_ int, service string) error {
		return w.peers.SetClock(ctx, service, w.provider, now, operation)
	})
}

// livelock names the deadlines that keep each other going.
func (w *walk) livelock(who []string) error {
	var names []string
	for _, service := range who {
		names = append(names, w.standing[service].Names...)
	}
	return fault.Precondition(ReasonClockLivelock, "providers/"+w.provider+"/clock",
		fmt.Sprintf("more than %d rounds at %s; these deadlines do not come to rest: %s", w.maxRounds,
			w.now.Format(time.RFC3339), strings.Join(names, ", "))).With("deadlines", strings.Join(names, ","))
}

// each runs fn for every service side by side and gives the first error in
// their order.
func each(services []string, fn func(i int, service string) error) error {
	if len(services) == 1 {
		return fn(0, services[0])
	}
	errs := make([]error, len(services))
	var wg sync.WaitGroup
	for i, s := range services {
		wg.Go(func() { errs[i] = fn(i, s) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
