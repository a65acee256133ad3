package feed

import (
	"context"
	"errors"
	"fmt"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
)

// job moves one stream's cursor, with the effect of a change or without.
type job struct {
	stream   int
	from, to int64
	change   *Change // nil: only the cursor moves
}

// step pulls once. The caller holds the turn.
func (r *Reader) step(ctx context.Context) (more bool, err error) {
	if err := r.load(ctx); err != nil {
		return false, err
	}
	page, err := r.source.Pull(ctx, Ask{After: r.cur.after(), Types: r.consumer.Types, Limit: pullLimit})
	if err != nil {
		return false, err
	}
	defer r.publish()
	jobs, err := r.plan(page)
	if err != nil {
		return false, err
	}
	switch err := r.run(ctx, jobs); {
	case errors.Is(err, errMoved):
		r.loaded = false
		return true, r.load(ctx)
	case err != nil:
		return false, err
	}
	return page.More, nil
}

// plan makes a job of each change that came. What the source looked through and
// did not send moves seen only, and the next job's cursor jumps over it.
func (r *Reader) plan(page Page) ([]job, error) {
	var jobs []job
	from := r.cur.stored
	seen := r.cur.seen
	var last [Streams]int // index+1 of the stream's last job
	for i := range page.Changes {
		c := &page.Changes[i]
		if err := r.follows(&seen, c); err != nil {
			return nil, err
		}
		seen[c.Stream] = c.Position
		if !r.consumer.wants(c.Type) {
			continue // of a source that does not know Ask.Types yet
		}
		jobs = append(jobs, job{stream: c.Stream, from: from[c.Stream], to: c.Position, change: c})
		from[c.Stream] = c.Position
		last[c.Stream] = len(jobs)
	}
	for stream, at := range page.Reached {
		if stream >= 0 && stream < Streams {
			seen[stream] = max(seen[stream], at)
		}
	}
	for stream := range Streams {
		switch {
		case last[stream] == 0:
			// Nothing to lose: seen may run ahead of the stored cursor.
			r.cur.seen[stream] = seen[stream]
			if seen[stream]-from[stream] > flushBehind {
				jobs = append(jobs, job{stream: stream, from: from[stream], to: seen[stream]})
			}
		case seen[stream] > from[stream]:
			// Changes behind the stream's last job: seen moves over them when
			// the job is done.
			jobs[last[stream]-1].to = seen[stream]
		}
	}
	return jobs, nil
}

// follows refuses a change that cannot come next. Who takes all changes is sent
// each position; others are sent ascending ones.
func (r *Reader) follows(seen *[Streams]int64, c *Change) error {
	if c.Stream < 0 || c.Stream >= Streams {
		return fmt.Errorf("%s sent %s of stream %d", r.consumer.Source, c.ID, c.Stream)
	}
	next := seen[c.Stream] + 1
	if c.Position == next || c.Position > next && len(r.consumer.Types) > 0 {
		return nil
	}
	return fmt.Errorf("%s sent %s where position %d of its stream was due", r.consumer.Source, c.ID, next)
}

// run commits the jobs together. A change that fails is parked; what stands
// behind it in its stream is pulled again by the next step.
func (r *Reader) run(ctx context.Context, jobs []job) error {
	if len(jobs) == 0 {
		return nil
	}
	items := make([]commit.Item, len(jobs))
	for i, j := range jobs {
		items[i] = commit.Item{Do: r.effect(j)}
		if j.change != nil {
			items[i].Key = j.change.Key
		}
	}
	errs := commit.ExecAll(commit.Internal(ctx), r.commit, items)
	var stuck [Streams]bool
	var result error
	handled := 0
	for i, j := range jobs {
		if stuck[j.stream] {
			continue
		}
		err := errs[i]
		if err != nil {
			stuck[j.stream] = true
			err = r.failed(ctx, j, err)
		}
		if err != nil {
			result = worse(result, err)
			continue
		}
		if j.change != nil {
			handled++
		}
		r.cur.stored[j.stream] = j.to
		r.cur.seen[j.stream] = max(r.cur.seen[j.stream], j.to)
		if errs[i] != nil { // parked: only up to the change itself
			r.cur.stored[j.stream], r.cur.seen[j.stream] = j.change.Position, j.change.Position
		}
	}
	if r.events.Handled != nil && handled > 0 {
		r.events.Handled(r.consumer.Name, handled)
	}
	return result
}

// worse keeps an error that must be reported over one that only asks to look
// again.
func worse(a, b error) error {
	if a == nil || errors.Is(a, errMoved) {
		return b
	}
	return a
}

// effect is the operation of a job.
func (r *Reader) effect(j job) func(context.Context, *commit.Tx) error {
	return func(ctx context.Context, tx *commit.Tx) error {
		if err := r.cur.move(ctx, tx, j.stream, j.from, j.to); err != nil || j.change == nil {
			return err
		}
		if r.parked[j.change.Key] {
			wait, err := r.waiting(ctx, tx, j.change.Key)
			if err != nil {
				return err
			}
			if wait {
				return r.park(ctx, tx, *j.change, nil)
			}
		}
		return r.consumer.Handle(ctx, tx, *j.change)
	}
}

// failed parks the change of a job that cannot be handled; nil when that is
// done.
func (r *Reader) failed(ctx context.Context, j job, cause error) error {
	if errors.Is(cause, errMoved) || j.change == nil || passing(cause) {
		return cause
	}
	c := *j.change
	err := commit.Exec(commit.Internal(ctx), r.commit, c.Key, func(ctx context.Context, tx *commit.Tx) error {
		if err := r.cur.move(ctx, tx, j.stream, j.from, c.Position); err != nil {
			return err
		}
		return r.park(ctx, tx, c, cause)
	})
	if err != nil {
		return err
	}
	r.parked[c.Key] = true
	r.log.Error("a change could not be handled; its customer is parked", "consumer", r.consumer.Name,
		"change", c.ID, "type", c.Type, "provider", c.Key.Provider, "customer", c.Key.Customer, "error", fault.From(cause).Error())
	if r.events.Parked != nil {
		r.events.Parked(r.consumer.Name, c, cause)
	}
	return nil
}
