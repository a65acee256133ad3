package deadline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"cloudpact.dev/services/kit/commit"
)

// Handler makes the consequence of a deadline that is due happen. It settles the
// row or sets it to another instant, in tx.
type Handler func(ctx context.Context, tx *commit.Tx, d Deadline) error

// Registry holds the handler of each kind.
type Registry map[string]Handler

// Runner runs what is due.
type Runner struct {
	store    *Store
	commit   *commit.Committer
	handlers Registry
}

// NewRunner runs the store's deadlines with the handlers.
func NewRunner(s *Store, c *commit.Committer, handlers Registry) *Runner {
	return &Runner{store: s, commit: c, handlers: handlers}
}

// NextDue is the store's.
func (r *Runner) NextDue(ctx context.Context, provider string, until time.Time) (time.Time, int, bool, error) {
	return r.store.NextDue(ctx, provider, until)
}

// page is how many deadlines are fetched and run at one time, so that they meet
// in one commit.
const page = 256

// RunDue runs what the provider has due by the instant at that rank and tells
// how many consequences acted. Each row is compared before its handler acts, so
// two runners do not act twice. A key's rows run in order; one that fails stays
// SET, holds up the rest of its key, and is named in the error, while other
// keys go on. What handlers make due meanwhile may be left for the next call.
func (r *Runner) RunDue(ctx context.Context, provider string, instant time.Time, rank int) (int, error) {
	total := 0
	failed := map[commit.Key]error{}
	var last Deadline
	for {
		due, err := r.store.Due(ctx, provider, instant, rank, last, page)
		if err != nil {
			return total, err
		}
		if len(due) == 0 {
			break
		}
		last = due[len(due)-1]
		ran, errs := r.runKeys(ctx, group(due, failed))
		total += ran
		maps.Copy(failed, errs)
		if err := ctx.Err(); err != nil {
			return total, err
		}
		if len(due) < page {
			break
		}
	}
	return total, errors.Join(slices.Collect(maps.Values(failed))...)
}

// group sorts deadlines by key, in order, without the failed keys.
func group(due []Deadline, failed map[commit.Key]error) map[commit.Key][]Deadline {
	byKey := map[commit.Key][]Deadline{}
	for _, d := range due {
		if failed[d.Key] == nil {
			byKey[d.Key] = append(byKey[d.Key], d)
		}
	}
	return byKey
}

func (r *Runner) runKeys(ctx context.Context, byKey map[commit.Key][]Deadline) (int, map[commit.Key]error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	ran, errs := 0, map[commit.Key]error{}
	for k, due := range byKey {
		wg.Go(func() {
			n, err := r.runKey(ctx, due)
			mu.Lock()
			defer mu.Unlock()
			ran += n
			if err != nil {
				errs[k] = err
			}
		})
	}
	wg.Wait()
	return ran, errs
}

func (r *Runner) runKey(ctx context.Context, due []Deadline) (int, error) {
	n := 0
	for _, d := range due {
		acted, err := r.runOne(ctx, d)
		if err != nil {
			return n, fmt.Errorf("the deadline %s (%s, due %s) could not be run: %w",
				d.Name, d.Kind, d.Due.Format(time.RFC3339), err)
		}
		if acted {
			n++
		}
	}
	return n, nil
}

// runOne runs one deadline if it still is as it was listed.
func (r *Runner) runOne(ctx context.Context, listed Deadline) (bool, error) {
	handle := r.handlers[listed.Kind]
	if handle == nil {
		return false, fmt.Errorf("no handler for the kind %q", listed.Kind)
	}
	return commit.Run(commit.Internal(ctx), r.commit, listed.Key, func(ctx context.Context, tx *commit.Tx) (bool, error) {
		d, found, err := r.store.Get(ctx, tx, listed.Key, listed.Name)
		if err != nil || !found || d.State != Set || d.Version != listed.Version {
			return false, err
		}
		if err := handle(ctx, tx, d); err != nil {
			return false, err
		}
		after, _, err := r.store.Get(ctx, tx, d.Key, d.Name)
		if err == nil && after.Version == d.Version {
			err = fmt.Errorf("its handler neither settled it nor set it anew")
		}
		return true, err
	})
}
