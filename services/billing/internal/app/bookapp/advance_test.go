package bookapp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloudpact.dev/services/kit/fault"
)

// world is a set of services made of maps: what is due when, and which services
// follow which.
type world struct {
	mu      sync.Mutex
	names   []string
	heads   map[string]int64
	taken   map[string]map[string]int64
	due     map[string][]Moment
	clocks  map[string]time.Time
	locked  map[string]string
	history []string
	// acts says what a service makes due when it has run a moment, reacts what
	// it makes due when it has taken in a change of another.
	acts   func(w *world, service string, m Moment)
	reacts func(w *world, service, source string, now time.Time)
	asked  int
}

func newWorld(names ...string) *world {
	w := &world{
		names: names, heads: map[string]int64{}, taken: map[string]map[string]int64{}, due: map[string][]Moment{},
		clocks: map[string]time.Time{}, locked: map[string]string{},
	}
	for _, n := range names {
		w.taken[n] = map[string]int64{}
	}
	return w
}

func (w *world) Services() []string { return w.names }

func (w *world) CatchUp(_ context.Context, service, _ string, sources []Heads, until time.Time) (Standing, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	for _, s := range sources {
		for w.taken[service][s.Service] < s.Positions[0] {
			w.taken[service][s.Service]++
			if w.reacts != nil {
				w.reacts(w, service, s.Service, w.clocks[service])
			}
		}
	}
	out := Standing{Heads: Heads{Service: service, Positions: map[int32]int64{0: w.heads[service]}}}
	for _, m := range w.due[service] {
		if m.At.After(until) {
			continue
		}
		if !out.HasDue || m.before(out.Due) {
			out.HasDue, out.Due, out.Names = true, m, []string{fmt.Sprintf("%s/%d", service, m.Rank)}
		}
	}
	return out, nil
}

func (w *world) RunDue(_ context.Context, service, _ string, m Moment) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.clocks[service] != m.At {
		return 0, fmt.Errorf("%s runs %v while its clock is at %v", service, m.At, w.clocks[service])
	}
	n := len(w.due[service])
	w.due[service] = slices.DeleteFunc(w.due[service], func(x Moment) bool { return x == m })
	w.history = append(w.history, fmt.Sprintf("%s@%d.%d", service, m.At.Unix(), m.Rank))
	if w.acts != nil {
		w.acts(w, service, m)
	}
	return n - len(w.due[service]), nil
}

func (w *world) SetClock(_ context.Context, service, _ string, now time.Time, operation string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clocks[service], w.locked[service] = now, operation
	return nil
}

func at(second int64) time.Time { return time.Unix(second, 0).UTC() }

func (w *world) walk(target int64) (*walk, error) {
	k := &walk{peers: w, provider: "p", operation: "op", now: at(0), target: at(target), maxRounds: 20}
	return k, k.run(context.Background())
}

// TestOrderOfRounds: instants in turn, ranks in turn within an instant, and what
// a round causes elsewhere at the same instant acts before time goes on.
func TestOrderOfRounds(t *testing.T) {
	w := newWorld("billing", "sla", "token")
	w.due["billing"] = []Moment{{at(10), 4}, {at(10), 1}, {at(30), 1}, {at(99), 1}}
	w.due["token"] = []Moment{{at(10), 2}}
	w.due["sla"] = []Moment{{at(20), 3}}
	w.acts = func(w *world, service string, m Moment) {
		if service == "token" {
			w.heads["token"]++ // sla follows token and has work at the same instant
		}
	}
	w.reacts = func(w *world, service, source string, now time.Time) {
		if service == "sla" && source == "token" {
			w.due["sla"] = append(w.due["sla"], Moment{now, 3})
		}
	}
	k, err := w.walk(50)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(w.history, " "); got != "billing@10.1 token@10.2 sla@10.3 billing@10.4 sla@20.3 billing@30.1" {
		t.Error(got)
	}
	if k.acted != 6 || k.rounds != 6 || k.now != at(30) || w.locked["sla"] != "op" {
		t.Errorf("%+v", k)
	}
}

// TestQuietServicesAreLeftAlone: a service that nothing new concerns is not
// asked again.
func TestQuietServicesAreLeftAlone(t *testing.T) {
	w := newWorld("billing", "sla", "compliance", "token")
	for i := range int64(100) {
		w.due["billing"] = append(w.due["billing"], Moment{at(i + 1), 1})
	}
	if _, err := w.walk(1000); err != nil {
		t.Fatal(err)
	}
	if w.asked > 2*4+100 {
		t.Errorf("services were asked %d times", w.asked)
	}
}

func TestLivelock(t *testing.T) {
	w := newWorld("billing", "token")
	w.due["token"] = []Moment{{at(5), 2}}
	w.acts = func(w *world, service string, m Moment) { w.due[service] = append(w.due[service], m) }
	_, err := w.walk(10)
	f := fault.From(err)
	if f == nil || f.Reason != ReasonClockLivelock || f.Metadata["deadlines"] != "token/2" || len(w.history) != 20 {
		t.Errorf("%v after %d rounds", err, len(w.history))
	}
}

// TestPingPongSettles: changes that cause changes are taken in until none has
// anything new.
func TestPingPongSettles(t *testing.T) {
	w := newWorld("billing", "token")
	w.heads["billing"] = 1
	w.reacts = func(w *world, service, _ string, _ time.Time) {
		if w.heads[service] < 5 {
			w.heads[service]++
		}
	}
	if _, err := w.walk(10); err != nil {
		t.Fatal(err)
	}
	for _, s := range w.names {
		for _, o := range w.names {
			if s != o && w.taken[s][o] != w.heads[o] {
				t.Errorf("%s has taken in %d of %s's %d changes", s, w.taken[s][o], o, w.heads[o])
			}
		}
	}
}
