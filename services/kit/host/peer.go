package host

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	internalv1 "cloudpact.dev/gen/go/cloudpact/internalapi/v1"
	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
)

// peer serves cloudpact.internal.v1.PeerService.
type peer struct {
	internalv1.UnimplementedPeerServiceServer
	h   *Host
	met sync.Map // providers whose clock the database holds, or that are live
}

const (
	defaultPull = 500
	maxPull     = 5000
	pullBytes   = 4 << 20 // of bodies in one answer; one change is always sent
	dueNames    = 10
)

// PullChanges implements PeerService.
func (p *peer) PullChanges(ctx context.Context, in *internalv1.PullChangesRequest) (*internalv1.PullChangesResponse, error) {
	limit := int(in.GetLimit())
	if limit <= 0 {
		limit = defaultPull
	}
	page, err := p.h.Feed.Pull(ctx, feed.Ask{After: feed.FromWire(in.GetAfter()), Types: in.GetTypes(), Limit: min(limit, maxPull)})
	if err != nil && p.h.stopping.Load() {
		// A peer's consumer reads until its own service stops: no trouble of ours.
		return nil, fault.Unavailable(fault.ReasonUnavailable, p.h.Name+" is stopping", time.Second).Because(err)
	}
	if err != nil {
		return nil, err
	}
	size := 0
	for i, c := range page.Changes {
		if size += len(c.Body); size > pullBytes && i > 0 {
			page.Cut(i)
			break
		}
	}
	out := &internalv1.PullChangesResponse{Reached: feed.ToWire(page.Reached), More: page.More}
	for _, c := range page.Changes {
		out.Changes = append(out.Changes, feed.Stored(c))
	}
	return out, nil
}

// CatchUp implements PeerService.
func (p *peer) CatchUp(ctx context.Context, in *internalv1.CatchUpRequest) (*internalv1.CatchUpResponse, error) {
	if err := needProvider(in.GetProvider()); err != nil {
		return nil, err
	}
	if err := p.meet(ctx, in.GetProvider()); err != nil {
		return nil, err
	}
	heads := map[string]map[int]int64{}
	for _, s := range in.GetSources() {
		heads[s.GetService()] = feed.FromWire(s.GetPositions())
	}
	if err := p.h.catchUp(ctx, in.GetProvider(), heads); err != nil {
		return nil, err
	}
	own, err := p.h.heads.Of(ctx, in.GetProvider())
	if err != nil {
		return nil, err
	}
	out := &internalv1.CatchUpResponse{Heads: &internalv1.Heads{Service: p.h.Name, Positions: feed.ToWire(own)}}
	if in.GetUntil() == nil {
		return out, nil
	}
	return out, p.nextDue(ctx, in.GetProvider(), in.GetUntil().AsTime(), out)
}

func (p *peer) nextDue(ctx context.Context, provider string, until time.Time, out *internalv1.CatchUpResponse) error {
	due, rank, ok, err := p.h.Deadlines.NextDue(ctx, provider, until)
	if err != nil || !ok {
		return err
	}
	out.HasDue, out.DueTime, out.DueRank = true, timestamppb.New(due), int32(rank)
	rows, err := p.h.Deadlines.Due(ctx, provider, due, rank, deadline.Deadline{}, dueNames)
	for _, d := range rows {
		out.DueNames = append(out.DueNames, d.Name)
	}
	return err
}

// RunDue implements PeerService.
func (p *peer) RunDue(ctx context.Context, in *internalv1.RunDueRequest) (*internalv1.RunDueResponse, error) {
	if err := needProvider(in.GetProvider()); err != nil {
		return nil, err
	}
	at := clock.Truncate(in.GetDueTime().AsTime())
	if err := p.moveClock(ctx, in.GetProvider(), at, nil); err != nil {
		return nil, err
	}
	n, err := p.h.runDue(ctx, in.GetProvider(), deadline.Moment{Instant: at, Rank: int(in.GetRank())})
	if err != nil {
		return nil, err
	}
	return &internalv1.RunDueResponse{Count: int32(n)}, nil
}

// SetClock implements PeerService.
func (p *peer) SetClock(ctx context.Context, in *internalv1.SetClockRequest) (*internalv1.SetClockResponse, error) {
	if err := needProvider(in.GetProvider()); err != nil {
		return nil, err
	}
	if in.GetNow() == nil {
		return nil, fault.Invalid(fault.ReasonFieldInvalid, "now", "now is needed")
	}
	op := in.GetOperation()
	return &internalv1.SetClockResponse{}, p.moveClock(ctx, in.GetProvider(), clock.Truncate(in.GetNow().AsTime()), &op)
}

// meet makes sure that the service has the clock of a sandbox that it has not
// met: what is due is told by that clock.
func (p *peer) meet(ctx context.Context, provider string) error {
	if _, met := p.met.Load(provider); met {
		return nil
	}
	asked, err := p.h.clocks.Get(ctx, p.h.DB.Read(), provider)
	if err == nil && asked.Mode == commit.Sandbox {
		err = p.moveClock(ctx, provider, asked.Now, &asked.Operation)
	}
	if err == nil {
		p.met.Store(provider, true)
	}
	return err
}

// moveClock sets the service's view of a sandbox clock, never backwards. A nil
// operation stays as it is. A clock that stands so already costs no commit.
func (p *peer) moveClock(ctx context.Context, provider string, to time.Time, operation *string) error {
	was, err := p.h.Clocks.Get(ctx, p.h.DB.Read(), provider)
	if err != nil {
		return err
	}
	if was.Mode == commit.Live && operation == nil {
		return fault.Precondition("FIELD_INVALID", "providers/"+provider,
			"the provider follows the system's clock, or its clock was never set; SetClock comes before RunDue")
	}
	if was.Mode == commit.Sandbox && !to.After(was.Now) && (operation == nil || *operation == was.Operation) {
		return nil
	}
	return commit.Exec(commit.Internal(ctx), p.h.Commit, commit.Key{Provider: provider}, func(ctx context.Context, tx *commit.Tx) error {
		set, err := p.h.Clocks.Get(ctx, tx, provider)
		if err != nil {
			return err
		}
		set.Mode = commit.Sandbox
		if to.After(set.Now) {
			set.Now = to
		}
		if operation != nil {
			set.Operation = *operation
		}
		return p.h.Clocks.Set(ctx, tx, set)
	})
}

// GetWatermark implements PeerService. It takes in what the sources have first,
// so that the answer knows what others' deadlines have just caused here.
func (p *peer) GetWatermark(ctx context.Context, _ *internalv1.GetWatermarkRequest) (*internalv1.GetWatermarkResponse, error) {
	if err := p.h.readAll(ctx); err != nil {
		return nil, err
	}
	m, err := p.h.live.watermark(ctx)
	if err != nil {
		return nil, err
	}
	return &internalv1.GetWatermarkResponse{Instant: timestamppb.New(m.Instant), Rank: int32(m.Rank)}, nil
}

func needProvider(id string) error {
	if id == "" {
		return fault.Invalid(fault.ReasonFieldInvalid, "provider", "provider is needed")
	}
	return nil
}

// runDue runs one moment of a provider; what failed is told by name.
func (h *Host) runDue(ctx context.Context, provider string, m deadline.Moment) (int, error) {
	n, err := h.runner.RunDue(ctx, provider, m.Instant, m.Rank)
	h.metrics.acted.Add(float64(n))
	if err == nil {
		return n, nil
	}
	h.metrics.failed.Inc()
	h.Log.Error("deadlines could not be run", "provider", provider, "instant", m.Instant, "rank", m.Rank, "error", err)
	f := fault.From(err)
	told := *f
	told.Message = fmt.Sprintf("%s: deadlines of %s due %s at rank %d could not be run: %s", h.Name, provider,
		m.Instant.Format(time.RFC3339), m.Rank, f.Message)
	return n, told.Because(err)
}
