package host

import (
	"context"
	"fmt"
	"time"

	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
)

// waitLimit bounds a read that waits for a position.
const waitLimit = 5 * time.Second

// wait takes the feed of the position in up to there, in every consumer that
// reads it.
func (h *Host) wait(ctx context.Context, p feed.Position) error {
	ctx, cancel := context.WithTimeout(ctx, waitLimit)
	defer cancel()
	for _, r := range h.readers {
		if r.Consumer().Source != p.Source {
			continue
		}
		if err := r.CatchUp(ctx, map[int]int64{p.Stream: p.Position}); err != nil {
			return fault.Unavailable(feed.ReasonPositionNotReached, fmt.Sprintf("%s has not taken in %s in time", h.Name, p), time.Second).Because(err)
		}
	}
	return nil
}

// catchUp takes in the sources' changes up to their heads, and then its own
// feed until that stands still.
func (h *Host) catchUp(ctx context.Context, provider string, heads map[string]map[int]int64) error {
	for _, r := range h.readers {
		source := r.Consumer().Source
		if source == h.Name || heads[source] == nil {
			continue
		}
		if err := r.CatchUp(ctx, heads[source]); err != nil {
			return fmt.Errorf("%s reads %s: %w", r.Consumer().Name, source, err)
		}
	}
	return h.catchUpSelf(ctx, provider)
}

func (h *Host) catchUpSelf(ctx context.Context, provider string) error {
	own := h.ownReaders()
	if len(own) == 0 {
		return nil
	}
	for last := int64(-1); ; {
		heads, err := h.heads.Of(ctx, provider)
		if err != nil {
			return err
		}
		total := int64(0)
		for _, at := range heads {
			total += at
		}
		if total == last {
			return nil
		}
		last = total
		for _, r := range own {
			if err := r.CatchUp(ctx, heads); err != nil {
				return fmt.Errorf("%s reads %s: %w", r.Consumer().Name, h.Name, err)
			}
		}
	}
}

func (h *Host) ownReaders() []*feed.Reader {
	var own []*feed.Reader
	for _, r := range h.readers {
		if r.Consumer().Source == h.Name {
			own = append(own, r)
		}
	}
	return own
}

// readAll takes in everything that every source has at this time.
func (h *Host) readAll(ctx context.Context) error {
	for _, r := range h.readers {
		for more := true; more; {
			var err error
			if more, err = r.Step(ctx); err != nil {
				return fmt.Errorf("%s: %w", r.Consumer().Name, err)
			}
		}
	}
	return nil
}

// ListParked lists changes that consumers have not handled, at most 1000.
// consumer and provider limit it; "" is any.
func (h *Host) ListParked(ctx context.Context, consumer, provider string) ([]feed.Parked, error) {
	return feed.ListParked(ctx, h.DB.Read(), consumer, provider)
}

// RetryParked tries the parked changes of a customer again in their order, and
// tells how many were handled. consumer "" is every one.
func (h *Host) RetryParked(ctx context.Context, consumer string, k feed.Key) (int, error) {
	total := 0
	for _, r := range h.readers {
		if consumer != "" && r.Consumer().Name != consumer {
			continue
		}
		n, err := r.Retry(ctx, k)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// Parked tells how many changes are parked in the service's database.
func (h *Host) Parked(ctx context.Context, q db.Querier) (n int, err error) {
	err = q.QueryRowContext(ctx, "select count(*) from feed_parked").Scan(&n)
	return n, err
}
