// Package wake tells readers that there may be something new. A nudge carries
// nothing and may be lost: every reader also looks by itself now and then, so
// losing all nudges costs time and nothing else.
package wake

import "sync"

// Waker passes nudges from writers to readers.
type Waker interface {
	// Nudge wakes the topics' listeners. It never blocks and never fails.
	Nudge(topics ...string)
	// Listen gives a channel that holds a token after a nudge; many nudges make
	// one token. Call stop when done with it.
	Listen(topic string) (nudged <-chan struct{}, stop func())
}

// Feed is the topic of a service's feed.
func Feed(service string) string { return "feed/" + service }

// Memory is a Waker within one process. The zero value is ready.
type Memory struct {
	mu     sync.Mutex
	topics map[string]map[chan struct{}]bool
}

var _ Waker = (*Memory)(nil)

// Nudge implements Waker.
func (m *Memory) Nudge(topics ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range topics {
		for ch := range m.topics[t] {
			put(ch)
		}
	}
}

// Listen implements Waker.
func (m *Memory) Listen(topic string) (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.topics == nil {
		m.topics = map[string]map[chan struct{}]bool{}
	}
	if m.topics[topic] == nil {
		m.topics[topic] = map[chan struct{}]bool{}
	}
	m.topics[topic][ch] = true
	return ch, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.topics[topic], ch)
		if len(m.topics[topic]) == 0 {
			delete(m.topics, topic)
		}
	}
}

// nudgeAll wakes every listener, for when nudges may have been lost.
func (m *Memory) nudgeAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, chans := range m.topics {
		for ch := range chans {
			put(ch)
		}
	}
}

func put(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
