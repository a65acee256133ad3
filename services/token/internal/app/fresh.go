package app

import (
	"context"
	"sync"
	"time"

	"cloudpact.dev/services/kit/commit"
)

// fresh answers the two questions that every hot read begins with: how far the
// feed has come, and what a provider's clock shows. Readers that ask at one time
// share a look at the database; a look begins after its readers asked, so none
// hears less than what was committed before it came.
type fresh struct {
	app *App

	mu      sync.Mutex
	running bool
	next    *look
}

// look is one look at the database.
type look struct {
	done      chan struct{}
	providers map[string]time.Time
	heads     [commit.Streams]int64
	err       error
}

// at gives the heads and a provider's now.
func (f *fresh) at(ctx context.Context, provider string) (*look, time.Time, error) {
	f.mu.Lock()
	if f.next == nil {
		f.next = &look{done: make(chan struct{}), providers: map[string]time.Time{}}
	}
	l := f.next
	l.providers[provider] = time.Time{}
	if !f.running {
		f.running = true
		go f.run()
	}
	f.mu.Unlock()
	select {
	case <-l.done:
		return l, l.providers[provider], l.err
	case <-ctx.Done():
		return nil, time.Time{}, ctx.Err()
	}
}

// run looks for as long as somebody waits.
func (f *fresh) run() {
	for {
		f.mu.Lock()
		l := f.next
		f.next = nil
		if l == nil {
			f.running = false
			f.mu.Unlock()
			return
		}
		f.mu.Unlock()
		f.look(l)
		close(l.done)
	}
}

// lookLimit bounds one look.
const lookLimit = 5 * time.Second

func (f *fresh) look(l *look) {
	ctx, cancel := context.WithTimeout(context.Background(), lookLimit)
	defer cancel()
	if l.heads, l.err = f.app.Heads(ctx); l.err != nil {
		return
	}
	for p := range l.providers {
		if l.providers[p], l.err = f.app.Now(ctx, p); l.err != nil {
			return
		}
	}
}
