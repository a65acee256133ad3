package sla

import (
	"context"
	"fmt"
	"testing"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/sla/internal/app"
	"cloudpact.dev/services/sla/internal/store"
	"cloudpact.dev/services/sla/internal/transport"

	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
)

// TestACustomerSeesItsOwn: another's target, and a shared platform, look absent.
func TestACustomerSeesItsOwn(t *testing.T) {
	each(t, "2024-03-05 20:00", func(t *testing.T, r *rig) {
		one := r.target("vm-1", "vm-1")
		r.run(one, "b1", "2024-03-05 17:00", "2024-03-05 19:00")
		platform := do(r, r.api.CreateTarget, &slav1.CreateTargetRequest{Parent: provider, TargetId: "platform", Target: &slav1.Target{Title: "Hong Kong"}}).GetName()
		direct := transport.New(newApp(r.own))
		as := func(customer string) context.Context {
			return rpc.WithPrincipal(t.Context(), rpc.Principal{Subject: "s", Roles: []string{rpc.RoleCustomer}, Provider: "p", Customer: customer})
		}
		seen := func(customer string) string {
			out, err := direct.ListTargets(as(customer), &slav1.ListTargetsRequest{Parent: provider})
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, x := range out.GetTargets() {
				ids = append(ids, x.GetName())
			}
			return fmt.Sprint(ids)
		}
		same(t, "its own", seen("harbour"), "["+one+"]")
		same(t, "another's", seen("blue"), "[]")
		same(t, "an operator's", seen(""), "["+platform+" "+one+"]")
		hidden := func(what string, err error) {
			if !fault.Is(err, app.ReasonTargetUnknown) {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err := direct.GetTarget(as("blue"), &slav1.GetTargetRequest{Name: one})
		hidden("target", err)
		_, err = direct.GetTarget(as("harbour"), &slav1.GetTargetRequest{Name: platform})
		hidden("platform", err)
		_, err = direct.ListRuns(as("blue"), &slav1.ListRunsRequest{Parent: one})
		hidden("runs", err)
		_, err = direct.ListAssessments(as("blue"), &slav1.ListAssessmentsRequest{Parent: one})
		hidden("assessments", err)
		_, err = direct.ListAwards(as("blue"), &slav1.ListAwardsRequest{Parent: one})
		hidden("awards", err)
		name := r.verdict(one, one+"/runs/b1").GetName()
		_, err = direct.GetAssessment(as("blue"), &slav1.GetAssessmentRequest{Name: name})
		hidden("assessment", err)

		feed := transport.NewChanges(r.own.Feed, newApp(r.own).Pages, r.own.Listen)
		told := func(customer string) int {
			out, err := feed.ListChanges(as(customer), &slav1.ListChangesRequest{Parent: provider})
			if err != nil {
				t.Fatal(err)
			}
			return len(out.GetChanges())
		}
		same(t, "changes for an operator", told(""), 4)
		same(t, "changes for the customer", told("harbour"), 3)
		same(t, "changes for another", told("blue"), 0)
	})
}

// TestPages: every list goes page by page and ends, and a token is good for its
// own list alone.
func TestPages(t *testing.T) {
	each(t, "2024-03-05 20:00", func(t *testing.T, r *rig) {
		one, two := r.target("vm-1", "vm-1"), r.target("vm-2", "vm-2")
		for n := range 5 {
			r.run(one, fmt.Sprint("b", n), fmt.Sprintf("2024-03-05 0%d:00", n), fmt.Sprintf("2024-03-05 0%d:30", n))
		}
		var seen []string
		in := &slav1.ListRunsRequest{Parent: one, PageSize: 2}
		for {
			out := do(r, r.api.ListRuns, in)
			for _, x := range out.GetRuns() {
				seen = append(seen, x.GetName()[len(one+"/runs/"):])
			}
			if in.PageToken = out.GetNextPageToken(); in.PageToken == "" {
				break
			}
			if len(seen) == 2 {
				refused(r, r.operator(), r.api.ListRuns, &slav1.ListRunsRequest{Parent: two, PageToken: in.PageToken}, fault.ReasonPageTokenInvalid, "page_token")
				refused(r, r.operator(), r.api.ListOutages, &slav1.ListOutagesRequest{Parent: one, PageToken: in.PageToken}, fault.ReasonPageTokenInvalid, "page_token")
			}
		}
		same(t, "runs", fmt.Sprint(seen), "[b0 b1 b2 b3 b4]")
		page := do(r, r.api.ListTargets, &slav1.ListTargetsRequest{Parent: provider, PageSize: 1})
		same(t, "first target", page.GetTargets()[0].GetName(), one)
		page = do(r, r.api.ListTargets, &slav1.ListTargetsRequest{Parent: provider, PageSize: 1, PageToken: page.GetNextPageToken()})
		same(t, "second target", page.GetTargets()[0].GetName(), two)
		same(t, "end", page.GetNextPageToken(), "")
		same(t, "assessments", len(r.assessments(one)), 5)
	})
}

// TestWatch: a watch tells what was there and what comes, and goes on where it
// ended.
func TestWatch(t *testing.T) {
	each(t, "2024-03-05 20:00", func(t *testing.T, r *rig) {
		one := r.target("vm-1", "vm-1")
		ctx, cancel := context.WithCancel(r.operator())
		defer cancel()
		watch := func(token string) func() *slav1.WatchChangesResponse {
			stream, err := r.feed.WatchChanges(ctx, &slav1.WatchChangesRequest{Parent: provider + "/customers/harbour", PageToken: token})
			if err != nil {
				t.Fatal(err)
			}
			return func() *slav1.WatchChangesResponse {
				out, err := stream.Recv()
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
		}
		next := watch("")
		first := next()
		same(t, "what was there", first.GetChanges()[0].GetTargetCreated().GetTarget(), one)
		r.run(one, "b1", "2024-03-05 17:00", "2024-03-05 19:00")
		same(t, "what comes", next().GetChanges()[0].GetRunRecorded().GetRun(), one+"/runs/b1")
		same(t, "from there on", watch(first.GetPageToken())().GetChanges()[0].GetHead().GetType(), "run_recorded")
	})
}

// TestDerivations: every stored derivation, evaluated again, gives the stored
// figure.
func TestDerivations(t *testing.T) {
	each(t, "2024-03-05 20:00", func(t *testing.T, r *rig) {
		one := r.target("vm-1", "vm-1")
		r.hold("h1", "2024-03-05 10:00", "")
		r.breach(one, "off", "2024-03-05 17:30", "2024-03-05 18:00")
		r.run(one, "b1", "2024-03-05 17:00", "2024-03-05 19:00")
		r.run(one, "b2", "2024-03-05 08:00", "2024-03-05 09:00")
		do(r, r.api.RecordOutage, &slav1.RecordOutageRequest{Parent: one, OutageId: "o1", Outage: &slav1.Outage{
			StartTime: ts("2024-03-05 09:30"), EndTime: ts("2024-03-05 10:30"), FailureType: "OUTAGE", Cause: "PROVIDER",
		}})
		all, err := (store.Store{}).Assessments(t.Context(), r.own.DB.Read(), store.TargetKey{Provider: "p", ID: "vm-1"}, store.From{}, 100)
		if err != nil || len(all) != 3 {
			t.Fatalf("%d assessments, %v", len(all), err)
		}
		for _, a := range all {
			holds(t, a.Explanation, int64(a.Counted.Seconds()))
			for _, x := range a.Exclusions {
				holds(t, x.Explanation, int64(x.End.Sub(x.Start).Seconds()))
			}
		}
	})
}

func holds(t *testing.T, e explain.Explanation, seconds int64) {
	t.Helper()
	if err := explain.Check(e); err != nil {
		t.Error(err)
	}
	if last, _ := e.Final(); last.Result != fmt.Sprint(seconds) {
		t.Errorf("derivation gives %s, the figure is %d\n%s", last.Result, seconds, e)
	}
}
