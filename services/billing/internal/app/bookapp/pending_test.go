package bookapp_test

import (
	"testing"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
)

// TestPendingWindow: a window that reaches days without a published calendar
// stays open, whatever the clock says.
func TestPendingWindow(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2027-12-30")
	c := r.accepted(t, "main", &contractv1.Order{Services: []*contractv1.OrderedService{service("web", "COMPUTE")}}, nil)
	web := c + "/subscriptions/web"
	must[*contractv1.Subscription](t)(r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{Name: web, NoticeDate: pb("2027-12-30")}))
	r.advance(t, "2028-02-01")
	s := r.subscription(t, web)
	if s.GetState() != contractv1.Subscription_STATE_PROVISIONAL || !s.GetCommencement().GetPending() || s.GetCommencement().GetWindowLastDay() != nil {
		t.Fatalf("%v", s)
	}
	// A start with the same calendars changes nothing.
	if err := r.app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again := r.subscription(t, web); again.GetState() != s.GetState() || dates(again.GetCommencement().GetDate()) != "2027-12-30" {
		t.Fatalf("%v", again)
	}
	late := must[*contractv1.Subscription](t)(r.contracts.ReportProblem(r.operator, &contractv1.ReportProblemRequest{Name: web, ReportDate: pb("2028-01-20"), Description: "x"}))
	if late.GetState() != contractv1.Subscription_STATE_PROVISIONING {
		t.Fatalf("%v", late)
	}
}
