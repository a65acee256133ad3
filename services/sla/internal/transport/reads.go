package transport

import (
	"context"

	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/sla/internal/app"
	"cloudpact.dev/services/sla/internal/store"
)

// byStart reads a list by start below a target.
func (s *Service) byStart(collection, parent string, size int32, token string) (store.TargetKey, page.List, store.From, error) {
	k, err := app.ParseTarget(parent, "parent")
	if err != nil {
		return k, page.List{}, store.From{}, err
	}
	l, err := s.app.Pages.Open(size, token, 2, collection, parent)
	if err != nil {
		return k, l, store.From{}, err
	}
	from, err := from(l)
	return k, l, from, err
}

// ListOutages implements SlaService.
func (s *Service) ListOutages(ctx context.Context, in *slav1.ListOutagesRequest) (*slav1.ListOutagesResponse, error) {
	k, l, from, err := s.byStart("outages", in.GetParent(), in.GetPageSize(), in.GetPageToken())
	if err != nil {
		return nil, err
	}
	rows, err := app.Page(ctx, s.app, store.Outages, k, from, l.Limit())
	if err != nil {
		return nil, err
	}
	out := &slav1.ListOutagesResponse{}
	out.Outages, out.NextPageToken = cut(l, rows, toOutage, func(o store.Outage) []string { return place(o.Start, o.ID) })
	return out, nil
}

// ListRuns implements SlaService.
func (s *Service) ListRuns(ctx context.Context, in *slav1.ListRunsRequest) (*slav1.ListRunsResponse, error) {
	k, l, from, err := s.byStart("runs", in.GetParent(), in.GetPageSize(), in.GetPageToken())
	if err != nil {
		return nil, err
	}
	rows, err := app.Page(ctx, s.app, store.Runs, k, from, l.Limit())
	if err != nil {
		return nil, err
	}
	out := &slav1.ListRunsResponse{}
	out.Runs, out.NextPageToken = cut(l, rows, toRun, func(r store.Run) []string { return place(r.Start, r.ID) })
	return out, nil
}

// ListWindows implements SlaService.
func (s *Service) ListWindows(ctx context.Context, in *slav1.ListWindowsRequest) (*slav1.ListWindowsResponse, error) {
	k, l, from, err := s.byStart("windows", in.GetParent(), in.GetPageSize(), in.GetPageToken())
	if err != nil {
		return nil, err
	}
	rows, err := app.Page(ctx, s.app, store.Windows, k, from, l.Limit())
	if err != nil {
		return nil, err
	}
	out := &slav1.ListWindowsResponse{}
	out.Windows, out.NextPageToken = cut(l, rows, toWindow, func(w store.Window) []string { return place(w.Start, w.ID) })
	return out, nil
}

// ListDutyBreaches implements SlaService.
func (s *Service) ListDutyBreaches(ctx context.Context, in *slav1.ListDutyBreachesRequest) (*slav1.ListDutyBreachesResponse, error) {
	k, l, from, err := s.byStart("dutyBreaches", in.GetParent(), in.GetPageSize(), in.GetPageToken())
	if err != nil {
		return nil, err
	}
	rows, err := app.Page(ctx, s.app, store.Breaches, k, from, l.Limit())
	if err != nil {
		return nil, err
	}
	out := &slav1.ListDutyBreachesResponse{}
	out.DutyBreaches, out.NextPageToken = cut(l, rows, toBreach, func(b store.Breach) []string { return place(b.Start, b.ID) })
	return out, nil
}

// GetAssessment implements SlaService.
func (s *Service) GetAssessment(ctx context.Context, in *slav1.GetAssessmentRequest) (*slav1.Assessment, error) {
	k, id, err := child(assessmentName, in.GetName())
	if err != nil {
		return nil, err
	}
	v, err := s.app.Assessment(ctx, k, id, int64(in.GetVersion()))
	return shown(v, err, toAssessment)
}

// ListAssessments implements SlaService.
func (s *Service) ListAssessments(ctx context.Context, in *slav1.ListAssessmentsRequest) (*slav1.ListAssessmentsResponse, error) {
	k, l, from, err := s.byStart("assessments", in.GetParent(), in.GetPageSize(), in.GetPageToken())
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Assessments(ctx, k, from, l.Limit())
	if err != nil {
		return nil, err
	}
	out := &slav1.ListAssessmentsResponse{}
	out.Assessments, out.NextPageToken = cut(l, rows, toAssessment, func(a store.Assessment) []string { return place(a.Start, a.ID) })
	return out, nil
}

// ListAwards implements SlaService.
func (s *Service) ListAwards(ctx context.Context, in *slav1.ListAwardsRequest) (*slav1.ListAwardsResponse, error) {
	k, err := app.ParseTarget(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	l, err := s.app.Pages.Open(in.GetPageSize(), in.GetPageToken(), 1, "awards", in.GetParent())
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Awards(ctx, k, l.First(), l.Limit())
	if err != nil {
		return nil, err
	}
	out := &slav1.ListAwardsResponse{}
	out.Awards, out.NextPageToken = cut(l, rows, toAward, func(a store.Award) []string { return []string{a.ID} })
	return out, nil
}
