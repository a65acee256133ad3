package transport

import (
	"context"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/kit/wire"
)

// Changes serves cloudpact.billing.v1.ChangeService: the feed as the caller may
// see it.
type Changes struct {
	billingv1.UnimplementedChangeServiceServer
	log    *feed.Log
	pager  *Pager
	listen func() (nudged <-chan struct{}, deaf func())
}

// NewChanges serves the feed. listen tells of new changes as they come; a nudge
// may be lost.
func NewChanges(log *feed.Log, pager *Pager, listen func() (<-chan struct{}, func())) *Changes {
	return &Changes{log: log, pager: pager, listen: listen}
}

// follow is a reader's place in the feed.
type follow struct {
	filter feed.Filter
	list   page.Checksum
}

// begin reads the parent and the place. A caller of one customer sees that
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
	f := &follow{filter: feed.Filter{Provider: ids[0], After: feed.Start(), Limit: limit}, list: page.Sum("ListChanges", parent)}
	if len(ids) > 1 {
		f.filter.Customer = ids[1]
	}
	if own := rpc.FromContext(ctx).Customer; own != "" {
		f.filter.Customer = own
	}
	if f.filter.Customer != "" {
		f.filter.After = map[int]int64{commit.Key{Provider: ids[0], Customer: f.filter.Customer}.Stream(): 0}
	}
	values, err := c.pager.codec.Decode(f.list, token, 1)
	if err != nil || values == nil {
		return f, err
	}
	return f, f.resume(values[0])
}

// resume reads the positions of a token.
func (f *follow) resume(places string) error {
	for part := range strings.SplitSeq(places, ",") {
		stream, position, _ := strings.Cut(part, ":")
		n, err := strconv.Atoi(stream)
		at, err2 := strconv.ParseInt(position, 10, 64)
		if err != nil || err2 != nil {
			return fault.Invalid(fault.ReasonPageTokenInvalid, "page_token", "the token is not of this feed; start again without one")
		}
		if _, ok := f.filter.After[n]; ok {
			f.filter.After[n] = at
		}
	}
	return nil
}

// read gives the next changes and moves on.
func (c *Changes) read(ctx context.Context, f *follow) ([]*billingv1.Change, error) {
	rows, err := c.log.List(ctx, f.filter)
	if err != nil {
		return nil, err
	}
	out := make([]*billingv1.Change, len(rows))
	for i, x := range rows {
		pb := &billingv1.Change{}
		if err := proto.Unmarshal(x.Body, pb); err != nil {
			return nil, fault.Internal(err)
		}
		pb.Head = &typev1.ChangeHead{
			ChangeId: x.ID, Stream: int32(x.Stream), Position: x.Position, Type: x.Type, Subject: x.Subject, EffectiveTime: wire.ToTime(x.EffectiveTime),
			RecordTime: wire.ToTime(x.RecordTime),
		}
		out[i] = pb
		f.filter.After[x.Stream] = x.Position
	}
	return out, nil
}

// token is where a reader goes on.
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
	return c.pager.codec.Encode(f.list, strings.Join(parts, ","))
}

// ListChanges implements ChangeService.
func (c *Changes) ListChanges(ctx context.Context, in *billingv1.ListChangesRequest) (*billingv1.ListChangesResponse, error) {
	size, err := page.Size(in.GetPageSize())
	if err != nil {
		return nil, err
	}
	f, err := c.begin(ctx, in.GetParent(), in.GetPageToken(), size)
	if err != nil {
		return nil, err
	}
	rows, err := c.read(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &billingv1.ListChangesResponse{Changes: rows}
	if len(rows) == size {
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

// WatchChanges implements ChangeService.
func (c *Changes) WatchChanges(in *billingv1.WatchChangesRequest, out grpc.ServerStreamingServer[billingv1.WatchChangesResponse]) error {
	ctx := out.Context()
	f, err := c.begin(ctx, in.GetParent(), in.GetPageToken(), watchPage)
	if err != nil {
		return err
	}
	nudged, deaf := c.listen()
	defer deaf()
	for quiet := 0; ; {
		rows, err := c.read(ctx, f)
		if err != nil {
			return err
		}
		if quiet++; len(rows) > 0 || quiet >= watchQuiet {
			quiet = 0
			if err := out.Send(&billingv1.WatchChangesResponse{Changes: rows, PageToken: c.token(f)}); err != nil {
				return err
			}
		}
		if len(rows) == watchPage {
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
