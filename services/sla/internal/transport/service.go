package transport

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/wire"
	"cloudpact.dev/services/sla/internal/app"
	"cloudpact.dev/services/sla/internal/store"
)

// Service is SlaService.
type Service struct {
	slav1.UnimplementedSlaServiceServer
	app *app.App
}

// New makes the service of the use cases.
func New(a *app.App) *Service { return &Service{app: a} }

var providerName = resource.MustPattern("providers/{provider}")

// shown answers with a record.
func shown[T, M any](v T, err error, message func(T) *M) (*M, error) {
	if err != nil {
		return nil, err
	}
	return message(v), nil
}

// needed refuses a request without its record.
func needed[T any](m *T, field string) error {
	if m == nil {
		return fault.Invalid(fault.ReasonFieldInvalid, field, field+" is needed")
	}
	return nil
}

// CreateTarget implements SlaService.
func (s *Service) CreateTarget(ctx context.Context, in *slav1.CreateTargetRequest) (*slav1.Target, error) {
	ids, err := providerName.Parse(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	m := in.GetTarget()
	if err := needed(m, "target"); err != nil {
		return nil, err
	}
	t := store.Target{
		TargetKey: store.TargetKey{Provider: ids[0], ID: in.GetTargetId()}, Title: m.GetTitle(), Unit: m.GetUnit(), Group: m.GetGroup(),
		Level: m.GetLevel(), Document: m.GetLevelDocument(),
	}
	if m.GetSubscription() != "" {
		if t.Sub, err = app.ParseSub(m.GetSubscription(), "target.subscription"); err != nil {
			return nil, err
		}
	}
	v, err := s.app.CreateTarget(ctx, t)
	return shown(v, err, toTarget)
}

// GetTarget implements SlaService.
func (s *Service) GetTarget(ctx context.Context, in *slav1.GetTargetRequest) (*slav1.Target, error) {
	k, err := app.ParseTarget(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	v, err := s.app.Target(ctx, k)
	return shown(v, err, toTarget)
}

// ListTargets implements SlaService.
func (s *Service) ListTargets(ctx context.Context, in *slav1.ListTargetsRequest) (*slav1.ListTargetsResponse, error) {
	ids, err := providerName.Parse(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	if in.GetSubscription() != "" {
		if _, err := app.ParseSub(in.GetSubscription(), "subscription"); err != nil {
			return nil, err
		}
	}
	l, err := s.app.Pages.Open(in.GetPageSize(), in.GetPageToken(), 1, "targets", in.GetParent(), in.GetSubscription())
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Targets(ctx, store.TargetList{Provider: ids[0], Subscription: in.GetSubscription(), After: l.First(), Limit: l.Limit()})
	if err != nil {
		return nil, err
	}
	out := &slav1.ListTargetsResponse{}
	out.Targets, out.NextPageToken = cut(l, rows, toTarget, func(t store.Target) []string { return []string{t.ID} })
	return out, nil
}

// RecordOutage implements SlaService.
func (s *Service) RecordOutage(ctx context.Context, in *slav1.RecordOutageRequest) (*slav1.Outage, error) {
	m := in.GetOutage()
	p, span, err := s.record(in.GetParent(), in.GetOutageId(), "outage", m, m != nil)
	if err != nil {
		return nil, err
	}
	v, err := s.app.RecordOutage(ctx, store.Outage{Place: p, Span: span, FailureType: m.GetFailureType(), Cause: m.GetCause(), Reference: m.GetReference()})
	return shown(v, err, toOutage)
}

// EndOutage implements SlaService.
func (s *Service) EndOutage(ctx context.Context, in *slav1.EndOutageRequest) (*slav1.Outage, error) {
	k, id, err := child(outageName, in.GetName())
	if err != nil {
		return nil, err
	}
	end, err := wire.FromTime(in.GetEndTime(), "end_time")
	if err != nil {
		return nil, err
	}
	v, err := s.app.EndOutage(ctx, k, id, end)
	return shown(v, err, toOutage)
}

// RecordRun implements SlaService.
func (s *Service) RecordRun(ctx context.Context, in *slav1.RecordRunRequest) (*slav1.Run, error) {
	m := in.GetRun()
	p, span, err := s.record(in.GetParent(), in.GetRunId(), "run", m, m != nil)
	if err != nil {
		return nil, err
	}
	emailed, err := wire.FromTime(m.GetResultEmailedTime(), "run.result_emailed_time")
	if err != nil {
		return nil, err
	}
	v, err := s.app.RecordRun(ctx, store.Run{Place: p, Span: span, Operation: m.GetOperation(), Succeeded: m.GetSucceeded(), Emailed: emailed})
	return shown(v, err, toRun)
}

// RecordWindow implements SlaService.
func (s *Service) RecordWindow(ctx context.Context, in *slav1.RecordWindowRequest) (*slav1.Window, error) {
	m := in.GetWindow()
	p, span, err := s.record(in.GetParent(), in.GetWindowId(), "window", m, m != nil)
	if err != nil {
		return nil, err
	}
	announced, err := wire.FromTime(m.GetAnnouncedTime(), "window.announced_time")
	if err != nil {
		return nil, err
	}
	v, err := s.app.RecordWindow(ctx, store.Window{Place: p, Span: span, Kind: m.GetKind(), Announced: announced, Reason: m.GetNoNoticeReason()})
	return shown(v, err, toWindow)
}

// EndWindow implements SlaService.
func (s *Service) EndWindow(ctx context.Context, in *slav1.EndWindowRequest) (*slav1.Window, error) {
	k, id, err := child(windowName, in.GetName())
	if err != nil {
		return nil, err
	}
	end, err := wire.FromTime(in.GetEndTime(), "end_time")
	if err != nil {
		return nil, err
	}
	v, err := s.app.EndWindow(ctx, k, id, end)
	return shown(v, err, toWindow)
}

// RecordDutyBreach implements SlaService.
func (s *Service) RecordDutyBreach(ctx context.Context, in *slav1.RecordDutyBreachRequest) (*slav1.DutyBreach, error) {
	m := in.GetDutyBreach()
	p, span, err := s.record(in.GetParent(), in.GetDutyBreachId(), "duty_breach", m, m != nil)
	if err != nil {
		return nil, err
	}
	v, err := s.app.RecordDutyBreach(ctx, store.Breach{Place: p, Span: span, Clause: m.GetClause(), Evidence: m.GetEvidence()})
	return shown(v, err, toBreach)
}

// EndDutyBreach implements SlaService.
func (s *Service) EndDutyBreach(ctx context.Context, in *slav1.EndDutyBreachRequest) (*slav1.DutyBreach, error) {
	k, id, err := child(breachName, in.GetName())
	if err != nil {
		return nil, err
	}
	end, err := wire.FromTime(in.GetEndTime(), "end_time")
	if err != nil {
		return nil, err
	}
	v, err := s.app.EndDutyBreach(ctx, k, id, end)
	return shown(v, err, toBreach)
}

// timed is a record with an interval.
type timed interface {
	GetStartTime() *timestamppb.Timestamp
	GetEndTime() *timestamppb.Timestamp
}

// record reads where a new record stands and its interval.
func (s *Service) record(parent, id, field string, m timed, given bool) (store.Place, store.Span, error) {
	k, err := app.ParseTarget(parent, "parent")
	if err == nil && !given {
		err = fault.Invalid(fault.ReasonFieldInvalid, field, field+" is needed")
	}
	if err != nil {
		return store.Place{}, store.Span{}, err
	}
	span, err := fromSpan(m.GetStartTime(), m.GetEndTime(), field)
	return store.Place{Target: k, ID: id}, span, err
}
