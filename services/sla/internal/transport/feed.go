package transport

import (
	"context"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"

	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/sla/internal/app"
)

// Changes is ChangeService.
type Changes struct {
	slav1.UnimplementedChangeServiceServer
	app    *app.App
	log    *feed.Log
	listen func() (nudged <-chan struct{}, deaf func())
}

// NewChanges serves the feed. listen tells of new changes as they come; a nudge
// may be lost.
func NewChanges(a *app.App, log *feed.Log, listen func() (<-chan struct{}, func())) *Changes {
	return &Changes{app: a, log: log, listen: listen}
}

var customerName = resource.MustPattern("providers/{provider}/customers/{customer}")

// follow is a reader's place in the feed.
type follow struct {
	filter feed.Filter
	sum    page.Checksum
}

// begin reads the parent and the place; a caller of one customer sees that
// customer's changes only.
func (c *Changes) begin(ctx context.Context, parent, token string, limit int) (*follow, error) {
	pattern := providerName
	if strings.Contains(parent, "/customers/") {
		pattern = customerName
	}
	ids, err := pattern.Parse(parent, "parent")
	if err != nil {
		return nil, err
	}
	customer := ""
	if len(ids) > 1 {
		customer = ids[1]
	}
	if own := rpc.FromContext(ctx).Customer; own != "" {
		customer = own
	}
	f := &follow{filter: feed.Filter{Provider: ids[0], Customer: customer, After: feed.Start(), Limit: limit}, sum: page.Sum("changes", parent)}
	if customer != "" {
		f.filter.After = map[int]int64{feed.Key{Provider: ids[0], Customer: customer}.Stream(): 0}
	}
	values, err := c.app.Pages.Decode(f.sum, token, 1)
	if err != nil || values == nil {
		return f, err
	}
	for part := range strings.SplitSeq(values[0], ",") {
		stream, position, _ := strings.Cut(part, ":")
		n, err1 := strconv.Atoi(stream)
		at, err2 := strconv.ParseInt(position, 10, 64)
		if err1 != nil || err2 != nil {
			return nil, fault.Invalid(fault.ReasonPageTokenInvalid, "page_token", "the token is not of this feed")
		}
		if _, ok := f.filter.After[n]; ok {
			f.filter.After[n] = at
		}
	}
	return f, nil
}

// read gives the next changes and moves on.
func (c *Changes) read(ctx context.Context, f *follow) ([]*slav1.Change, error) {
	cs, err := c.log.List(ctx, f.filter)
	if err != nil {
		return nil, err
	}
	out := make([]*slav1.Change, len(cs))
	for i, x := range cs {
		if out[i], err = toChange(x); err != nil {
			return nil, err
		}
		f.filter.After[x.Stream] = x.Position
	}
	return out, nil
}

func (c *Changes) token(f *follow) string {
	var parts []string
	for stream := range feed.Streams {
		if at := f.filter.After[stream]; at > 0 {
			parts = append(parts, strconv.Itoa(stream)+":"+strconv.FormatInt(at, 10))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return c.app.Pages.Encode(f.sum, strings.Join(parts, ","))
}

// ListChanges lists changes of a provider or customer.
func (c *Changes) ListChanges(ctx context.Context, in *slav1.ListChangesRequest) (*slav1.ListChangesResponse, error) {
	size, err := page.Size(in.GetPageSize())
	if err != nil {
		return nil, err
	}
	f, err := c.begin(ctx, in.GetParent(), in.GetPageToken(), size)
	if err != nil {
		return nil, err
	}
	cs, err := c.read(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &slav1.ListChangesResponse{Changes: cs}
	if len(cs) == size {
		out.NextPageToken = c.token(f)
	}
	return out, nil
}

// Watching: how often the feed is looked at without a nudge, and how many quiet
// looks make a heartbeat.
const (
	watchPoll  = time.Second
	watchQuiet = 15
	watchPage  = 200
)

// WatchChanges streams changes; heartbeats carry the position.
func (c *Changes) WatchChanges(in *slav1.WatchChangesRequest, out grpc.ServerStreamingServer[slav1.WatchChangesResponse]) error {
	ctx := out.Context()
	f, err := c.begin(ctx, in.GetParent(), in.GetPageToken(), watchPage)
	if err != nil {
		return err
	}
	nudged, deaf := c.listen()
	defer deaf()
	for quiet := 0; ; {
		cs, err := c.read(ctx, f)
		if err != nil {
			return err
		}
		if quiet++; len(cs) > 0 || quiet >= watchQuiet {
			quiet = 0
			if err := out.Send(&slav1.WatchChangesResponse{Changes: cs, PageToken: c.token(f)}); err != nil {
				return err
			}
		}
		if len(cs) == watchPage {
			continue
		}
		if err := pause(ctx, nudged); err != nil {
			return err
		}
	}
}

// pause waits for a nudge, but not for long.
func pause(ctx context.Context, nudged <-chan struct{}) error {
	wait, cancel := context.WithTimeout(ctx, watchPoll)
	defer cancel()
	select {
	case <-nudged:
	case <-wait.Done():
	}
	return ctx.Err()
}
