// Package follow serves a service's feed to whom it concerns: page by page, and
// as a stream that goes on. Every service's ChangeService is made of it; what a
// change says is the service's own, and decoded by it.
package follow

import (
	"context"
	"strconv"
	"strings"
	"time"

	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/kit/wire"
)

// How a watch waits: how often it looks without a nudge, how many quiet looks
// make a heartbeat, and how many changes one message carries at most.
const (
	poll  = time.Second
	quiet = 15
	batch = 200
)

// The parents that a feed is followed by.
var (
	providerName = resource.MustPattern("providers/{provider}")
	customerName = resource.MustPattern("providers/{provider}/customers/{customer}")
)

// Server serves one feed; C is the service's message for a change.
type Server[C any] struct {
	log    *feed.Log
	pages  *page.Codec
	listen func() (nudged <-chan struct{}, deaf func())
	decode func(feed.Change) (C, error)
}

// New serves the log. pages seals the tokens; listen tells of new changes as
// they come, and may lose some; decode makes the message, with its Head.
func New[C any](log *feed.Log, pages *page.Codec, listen func() (<-chan struct{}, func()), decode func(feed.Change) (C, error)) *Server[C] {
	return &Server[C]{log: log, pages: pages, listen: listen, decode: decode}
}

// Head is what every message of a change begins with.
func Head(c feed.Change) *typev1.ChangeHead {
	return &typev1.ChangeHead{
		ChangeId: c.ID, Stream: int32(c.Stream), Position: c.Position, Type: c.Type, Subject: c.Subject,
		EffectiveTime: wire.ToTime(c.EffectiveTime), RecordTime: wire.ToTime(c.RecordTime),
	}
}

// Watching is what a request to watch has.
type Watching interface {
	GetParent() string
	GetPageToken() string
}

// Listing is what a request for a page has.
type Listing interface {
	Watching
	GetPageSize() int32
}

// List gives a page of the parent's changes, and the next page's token where
// more follow.
func (s *Server[C]) List(ctx context.Context, in Listing) (changes []C, next string, err error) {
	size, err := page.Size(in.GetPageSize())
	if err != nil {
		return nil, "", err
	}
	at, err := s.open(ctx, in)
	if err != nil {
		return nil, "", err
	}
	changes, more, err := s.read(ctx, at, size)
	if err != nil || !more {
		return changes, "", err
	}
	return changes, s.token(at), nil
}

// Watch sends the parent's changes as they come, until the context ends or send
// fails. After a while without any it sends none, with the token where a later
// call goes on: a heartbeat.
func (s *Server[C]) Watch(ctx context.Context, in Watching, send func(changes []C, token string) error) error {
	at, err := s.open(ctx, in)
	if err != nil {
		return err
	}
	nudged, deaf := s.listen()
	defer deaf()
	for looks := 0; ; {
		changes, more, err := s.read(ctx, at, batch)
		if err != nil {
			return err
		}
		if looks++; len(changes) > 0 || looks >= quiet {
			looks = 0
			if err := send(changes, s.token(at)); err != nil {
				return err
			}
		}
		if more {
			continue
		}
		if err := pause(ctx, nudged); err != nil {
			return err
		}
	}
}

// pause waits for a nudge, but not for long.
func pause(ctx context.Context, nudged <-chan struct{}) error {
	wait, cancel := context.WithTimeout(ctx, poll)
	defer cancel()
	select {
	case <-nudged:
	case <-wait.Done():
	}
	return ctx.Err()
}

// place is where a reader is in the feed.
type place struct {
	filter feed.Filter
	list   page.Checksum
}

// open reads the parent and the place. A caller of one customer sees that
// customer's changes only.
func (s *Server[C]) open(ctx context.Context, in Watching) (*place, error) {
	key, err := whose(ctx, in.GetParent())
	if err != nil {
		return nil, err
	}
	at := &place{
		filter: feed.Filter{Provider: key.Provider, Customer: key.Customer, After: feed.Start()},
		list:   page.Sum("ListChanges", key.Provider, key.Customer),
	}
	if key.Customer != "" {
		at.filter.After = map[int]int64{key.Stream(): 0}
	}
	values, err := s.pages.Decode(at.list, in.GetPageToken(), 1)
	if err != nil || values == nil {
		return at, err
	}
	return at, at.seek(values[0])
}

// whose is the provider, or the customer, that the caller may follow by the
// parent.
func whose(ctx context.Context, parent string) (feed.Key, error) {
	pattern := providerName
	if strings.Contains(parent, "/customers/") {
		pattern = customerName
	}
	ids, err := pattern.Parse(parent, "parent")
	if err != nil {
		return feed.Key{}, err
	}
	key := feed.Key{Provider: ids[0]}
	if len(ids) > 1 {
		key.Customer = ids[1]
	}
	own := rpc.FromContext(ctx).Customer
	if own != "" && key.Customer != "" && key.Customer != own {
		return feed.Key{}, fault.NotFound(fault.ReasonNotFound, parent)
	}
	if own != "" {
		key.Customer = own
	}
	return key, nil
}

// seek goes to the positions of a token: "stream:position", joined by commas.
func (p *place) seek(positions string) error {
	for part := range strings.SplitSeq(positions, ",") {
		stream, position, _ := strings.Cut(part, ":")
		n, err := strconv.Atoi(stream)
		at, err2 := strconv.ParseInt(position, 10, 64)
		if err != nil || err2 != nil {
			return fault.Invalid(fault.ReasonPageTokenInvalid, "page_token", "the token is not of this feed; start again without one")
		}
		if _, ok := p.filter.After[n]; ok {
			p.filter.After[n] = at
		}
	}
	return nil
}

// token is the place for a later call; "" before the first change.
func (s *Server[C]) token(at *place) string {
	var parts []string
	for stream := range feed.Streams {
		if n := at.filter.After[stream]; n > 0 {
			parts = append(parts, strconv.Itoa(stream)+":"+strconv.FormatInt(n, 10))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return s.pages.Encode(at.list, strings.Join(parts, ","))
}

// read takes the next changes, at most so many, and says whether more follow.
func (s *Server[C]) read(ctx context.Context, at *place, size int) ([]C, bool, error) {
	at.filter.Limit = size + 1
	rows, err := s.log.List(ctx, at.filter)
	if err != nil {
		return nil, false, err
	}
	more := len(rows) > size
	if more {
		rows = rows[:size]
	}
	out := make([]C, len(rows))
	for i, c := range rows {
		if out[i], err = s.decode(c); err != nil {
			return nil, false, fault.Internal(err)
		}
		at.filter.After[c.Stream] = c.Position
	}
	return out, more, nil
}
