package compliance

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/host/hosttest"
	"cloudpact.dev/services/kit/rpc"
)

// notices counts the notices of a kind.
func (r *rig) notices(kind string) int {
	r.t.Helper()
	n := 0
	for _, x := range do(r, r.operator(), r.api.ListNotices, &compliancev1.ListNoticesRequest{Parent: customer}).GetNotices() {
		if x.GetKind() == kind {
			n++
		}
	}
	return n
}

func limit(name, subject string, due time.Time) *typev1.DeadlineFacts {
	f := &typev1.DeadlineFacts{Deadline: name, Subject: subject, Kind: "invoice_due", Clause: "cpc/9", Consequence: "a strike", Version: 1}
	if !due.IsZero() {
		f.DueTime = timestamppb.New(due)
	}
	return f
}

// The calendar holds the deadlines of every service, also the pending ones and
// those of targets, by due time.
func TestObligations(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		r := newRig(t, config, "2024-03-04")
		r.conclude()
		set := func(source string, k commit.Key, f *typev1.DeadlineFacts) {
			body := &typev1.DeadlineSet{Deadline: f}
			switch source {
			case "billing":
				r.tellOf(source, k, "deadline_set", f.GetSubject(), &billingv1.Change{Body: &billingv1.Change_DeadlineSet{DeadlineSet: body}})
			case "token":
				r.tellOf(source, k, "deadline_set", f.GetSubject(), &tokenv1.Change{Body: &tokenv1.Change_DeadlineSet{DeadlineSet: body}})
			case "sla":
				r.tellOf(source, k, "deadline_set", f.GetSubject(), &slav1.Change{Body: &slav1.Change_DeadlineSet{DeadlineSet: body}})
			}
		}
		watched := provider + "/targets/vm-2"
		of := commit.Key{Provider: "p", Customer: "vm-2"}
		r.tellOf("sla", of, "target_created", watched, &slav1.Change{Body: &slav1.Change_TargetCreated{
			TargetCreated: &slav1.TargetCreated{Target: watched, Subscription: backup},
		}})
		set("billing", harbour, limit("invoice_due/1", account+"/invoices/1", r.at("2024-04-10")))
		set("billing", harbour, limit("window/1", compute, time.Time{}))
		set("token", harbour, limit("lot_end/1", backup, r.at("2024-04-01")))
		set("sla", of, limit("reply/1", watched, r.at("2024-03-05")))
		set("sla", commit.Key{Provider: "p", Customer: "own"}, limit("reply/2", provider+"/targets/own", r.at("2024-03-05")))
		r.tell("billing", "deadline_met", account+"/invoices/1", &billingv1.Change{Body: &billingv1.Change_DeadlineMet{
			DeadlineMet: &typev1.DeadlineMet{Deadline: limit("invoice_due/1", account+"/invoices/1", r.at("2024-04-10"))},
		}})

		same(t, "by due time", r.calendar(&compliancev1.ListObligationsRequest{Parent: customer}),
			"reply/1 RUNNING, lot_end/1 RUNNING, invoice_due/1 MET, window/1 PENDING")
		same(t, "running", r.calendar(&compliancev1.ListObligationsRequest{Parent: provider + "/customers/-", RunningOnly: true}),
			"reply/1 RUNNING, lot_end/1 RUNNING, window/1 PENDING")
		first := do(r, r.operator(), r.api.ListObligations, &compliancev1.ListObligationsRequest{Parent: customer, PageSize: 3})
		same(t, "page", len(first.GetObligations()), 3)
		rest := do(r, r.operator(), r.api.ListObligations, &compliancev1.ListObligationsRequest{Parent: customer, PageSize: 3, PageToken: first.GetNextPageToken()})
		same(t, "rest", len(rest.GetObligations()), 1)
		one := do(r, r.operator(), r.api.GetObligation, &compliancev1.GetObligationRequest{Name: first.GetObligations()[0].GetName()})
		same(t, "service", one.GetService(), "sla")
		refused(r, r.operator(), r.api.ListObligations, &compliancev1.ListObligationsRequest{Parent: customer, PageToken: "x"}, "PAGE_TOKEN_INVALID")
		refused(r, r.operator(), r.api.ListObligations, &compliancev1.ListObligationsRequest{
			Parent: customer, RunningOnly: true,
			PageToken: first.GetNextPageToken(),
		}, "PAGE_TOKEN_INVALID")
		refused(r, r.operator(), r.api.ListObligations, &compliancev1.ListObligationsRequest{Parent: customer, PageSize: -1}, "FIELD_INVALID")
		refused(r, r.operator(), r.api.ListObligations, &compliancev1.ListObligationsRequest{Parent: "providers/-/customers/-"}, "NAME_INVALID")
		refused(r, r.operator(), r.api.GetObligation, &compliancev1.GetObligationRequest{Name: customer + "/obligations/none"}, "NOT_FOUND")
	})
}

func (r *rig) calendar(in *compliancev1.ListObligationsRequest) string {
	r.t.Helper()
	var out []string
	for _, o := range do(r, r.operator(), r.api.ListObligations, in).GetObligations() {
		out = append(out, o.GetDeadline()+" "+strings.TrimPrefix(o.GetState().String(), "STATE_"))
	}
	return strings.Join(out, ", ")
}

func (r *rig) invoice(id string) {
	r.t.Helper()
	r.tell("billing", "invoice_issued", account+"/invoices/"+id, &billingv1.Change{Body: &billingv1.Change_InvoiceIssued{
		InvoiceIssued: &billingv1.InvoiceIssued{
			Account: account, Invoice: account + "/invoices/" + id, InvoiceDate: day("2024-03-04"),
			DueDate: day("2024-04-03"), Total: hkd(5000), Kind: "INVOICE",
		},
	}})
}

// A sandbox keeps its notices, a live provider queues them, and a fact that is
// told twice makes one.
func TestNotices(t *testing.T) {
	for name, live := range map[string]bool{"CAPTURED": false, "QUEUED": true} {
		r := sqliteRig(t, "2024-03-04")
		r.registry.live = live
		r.conclude()
		r.invoice("hk-000001")
		r.invoice("hk-000001")
		all := do(r, r.operator(), r.api.ListNotices, &compliancev1.ListNoticesRequest{Parent: customer}).GetNotices()
		if len(all) != 1 {
			t.Fatalf("notices: %v", all)
		}
		n := do(r, r.operator(), r.api.GetNotice, &compliancev1.GetNoticeRequest{Name: all[0].GetName()})
		same(t, "state", n.GetState().String(), "STATE_"+name)
		same(t, "title", n.GetTitle(), "Invoice hk-000001 of HKD 5000.00")
		if !strings.Contains(n.GetText(), "by 3 April 2024 (clause 9)") || len(n.GetCitations()) != 2 {
			t.Errorf("%s %v", n.GetText(), n.GetCitations())
		}
		r.published("notice_given", 1)
		refused(r, r.operator(), r.api.GetNotice, &compliancev1.GetNoticeRequest{Name: customer + "/notices/none"}, "NOT_FOUND")
	}
}

// The audit log names who did what: people for their acts, services for facts.
func TestAudit(t *testing.T) {
	r := sqliteRig(t, "2024-03-04")
	r.arrears(true)
	r.advance("2024-03-19")
	r.tell("token", "overage_agreed", backup+"/overages/o1", &tokenv1.Change{Body: &tokenv1.Change_OverageAgreed{OverageAgreed: &tokenv1.OverageAgreed{}}})
	var got []string
	token := ""
	for {
		out := do(r, r.operator(), r.api.ListAuditEntries, &compliancev1.ListAuditEntriesRequest{Parent: customer, PageSize: 2, PageToken: token})
		for _, e := range out.GetAuditEntries() {
			got = append(got, e.GetActor()+" "+e.GetAction())
		}
		if token = out.GetNextPageToken(); token == "" {
			break
		}
	}
	want := []string{
		"billing contract_concluded", "billing subscription_changed", "billing subscription_changed", "billing account_overdue",
		"compliance case_opened", "operator cure_demanded", "compliance remedy_available", "token overage_agreed",
	}
	same(t, "log", strings.Join(got, ", "), strings.Join(want, ", "))
}

// Lists reach across customers and contracts, page by page, each row once.
func TestPages(t *testing.T) {
	r := sqliteRig(t, "2024-03-04")
	r.arrears(false)
	for i := range 5 {
		r.cleared("2024-03-04")
		r.overdue("2024-03-0"+strconv.Itoa(i+2), "2024-03-0"+strconv.Itoa(i+3), compute)
	}
	var got []string
	in := &compliancev1.ListCasesRequest{Parent: provider + "/customers/-/contracts/-", PageSize: 2}
	for {
		out := do(r, r.operator(), r.api.ListCases, in)
		for _, c := range out.GetCases() {
			got = append(got, c.GetName()[len(contract+"/cases/arrears-"):])
		}
		if in.PageToken = out.GetNextPageToken(); in.PageToken == "" {
			break
		}
	}
	same(t, "cases", strings.Join(got, " "), "2024-03-01 2024-03-02 2024-03-03 2024-03-04 2024-03-05 2024-03-06")
	same(t, "holds", len(do(r, r.operator(), r.api.ListHolds, &compliancev1.ListHoldsRequest{Parent: contract}).GetHolds()), 0)
	refused(r, r.operator(), r.api.GetCase, &compliancev1.GetCaseRequest{Name: contract + "/cases/none"}, "NOT_FOUND")
	refused(r, r.operator(), r.api.GetCase, &compliancev1.GetCaseRequest{Name: contract}, "NAME_INVALID")
	refused(r, r.operator(), r.api.GetHold, &compliancev1.GetHoldRequest{Name: contract + "/holds/none"}, "NOT_FOUND")
	refused(r, r.operator(), r.api.GetDecision, &compliancev1.GetDecisionRequest{Name: contract + "/decisions/none"}, "NOT_FOUND")
}

// The feed is filtered by what the caller may see, and read on from a token.
func TestChangeFeed(t *testing.T) {
	r := sqliteRig(t, "2024-03-04")
	r.arrears(true)
	if n := len(r.changes("")); n < 4 {
		t.Fatalf("%d changes", n)
	}
	for _, c := range r.changes("cure_demanded") {
		same(t, "last day", text(c.GetCureDemanded().GetCureLastDay()), "2024-03-18")
		same(t, "subject", c.GetHead().GetSubject(), c.GetCureDemanded().GetCase())
	}
	ctx, stop := context.WithCancel(r.operator())
	defer stop()
	watch, err := r.feed.WatchChanges(ctx, &compliancev1.WatchChangesRequest{Parent: customer})
	if err != nil {
		t.Fatal(err)
	}
	first, err := watch.Recv()
	if err != nil {
		t.Fatal(err)
	}
	same(t, "watched", len(first.GetChanges()), len(r.changes("")))
	r.cleared("2024-03-04")
	next, err := watch.Recv()
	if err != nil || len(next.GetChanges()) == 0 {
		t.Fatalf("%v %v", next, err)
	}
	again := do(r, r.operator(), r.feed.ListChanges, &compliancev1.ListChangesRequest{Parent: customer, PageToken: first.GetPageToken()})
	if len(again.GetChanges()) < len(next.GetChanges()) {
		t.Errorf("read on: %v", again)
	}
	other := rpc.WithPrincipal(t.Context(), rpc.Principal{Subject: "c", Roles: []string{rpc.RoleCustomer}, Provider: "p", Customer: "other"})
	out, err := r.changesOf.ListChanges(other, &compliancev1.ListChangesRequest{Parent: provider})
	if err != nil || len(out.GetChanges()) != 0 {
		t.Errorf("another customer sees %v (%v)", out, err)
	}
	if _, err = r.changesOf.ListChanges(other, &compliancev1.ListChangesRequest{Parent: customer}); !fault.Is(err, "NOT_FOUND") {
		t.Errorf("another customer: %v", err)
	}
	refused(r, r.operator(), r.feed.ListChanges, &compliancev1.ListChangesRequest{Parent: "x"}, "NAME_INVALID")
}

// The terms are fetched once, and kept.
func TestTermsAreFetchedOnce(t *testing.T) {
	r := sqliteRig(t, "2024-03-04")
	r.arrears(true)
	r.advance("2024-03-25")
	same(t, "fetched", r.registry.asked, 1)
}

// A fact that cannot be handled parks its customer, and nobody else.
func TestParks(t *testing.T) {
	r := sqliteRig(t, "2024-03-04")
	r.conclude()
	stranger := commit.Key{Provider: "p", Customer: "stranger"}
	of := provider + "/customers/stranger/contracts/c/accounts/main"
	r.tellOf("billing", stranger, "account_cleared", of, &billingv1.Change{Body: &billingv1.Change_AccountCleared{
		AccountCleared: &billingv1.AccountCleared{Account: of, ClearedDate: day("2024-03-04")},
	}})
	r.overdue("2024-03-01", "2024-03-02", compute)
	same(t, "cases", len(r.cases()), 1)
	parked, err := r.own.ListParked(t.Context(), "billing", "p")
	if err != nil || len(parked) != 1 {
		t.Fatalf("parked: %v %v", parked, err)
	}
	same(t, "who", parked[0].Change.Key.Customer, "stranger")
}

// A reminder that token sets becomes a notice when its day has come.
func TestTokenReminder(t *testing.T) {
	r := sqliteRig(t, "2024-12-03")
	r.conclude()
	f := limit("token_expiry_notice_60/1", backup, r.at("2024-12-03"))
	f.Kind, f.Clause = "token_expiry_notice_60", "cpc/S3/3.5(ii)"
	r.tell("token", "deadline_set", backup, &tokenv1.Change{Body: &tokenv1.Change_DeadlineSet{DeadlineSet: &typev1.DeadlineSet{Deadline: f}}})
	same(t, "before", r.notices("TOKENS_LAPSING"), 0)
	r.tell("token", "deadline_missed", backup, &tokenv1.Change{Body: &tokenv1.Change_DeadlineMissed{DeadlineMissed: &typev1.DeadlineMissed{Deadline: f}}})
	all := do(r, r.operator(), r.api.ListNotices, &compliancev1.ListNoticesRequest{Parent: customer}).GetNotices()
	same(t, "text", all[0].GetText(), "Tokens of backup of agreement smartcloud that are not used lapse on 1 February 2025 (clause 3.5(ii)).")
}

// An amendment moves what follows from an end that is fixed, and judges by the
// day of the fact.
func TestAmendment(t *testing.T) {
	r := sqliteRig(t, "2025-02-01")
	r.conclude()
	r.service(compute, "2025-02-20", "CUSTOMER_NOTICE", 1)
	at := func(sub string) string {
		return text(do(r, r.operator(), r.api.GetDataRetention, &compliancev1.GetDataRetentionRequest{Name: sub + "/dataRetention"}).GetAllowedFrom())
	}
	same(t, "as concluded", at(compute), "2025-02-21")
	amend := func(from string, readings map[string]string) {
		of := &contractv1.ContractFacts{
			Contract: contract, TermsRevision: provider + "/terms/cpc/revisions/2018-03", TermsHash: r.registry.hash,
			Currency: "HKD", Readings: readings,
		}
		r.tell("billing", "contract_amended", contract, &billingv1.Change{Body: &billingv1.Change_ContractAmended{
			ContractAmended: &contractv1.ContractAmended{Contract: of, EffectiveDate: day(from)},
		}})
	}
	amend("2025-02-10", map[string]string{"data_deletion_grace_days": "7"})
	same(t, "with seven days of grace", at(compute), "2025-02-28")
	amend("2025-02-25", map[string]string{"data_deletion_grace_days": "30", "cure_days_default": "5"})
	same(t, "an end before the amendment", at(compute), "2025-02-28")

	r.overdue("2025-01-31", "2025-02-01", backup)
	c := do(r, r.operator(), r.api.DemandCure, &compliancev1.DemandCureRequest{Name: contract + "/cases/arrears-2025-01-31"})
	same(t, "fourteen days", text(c.GetCureLastDay()), "2025-02-15")
	r.advance("2025-02-26")
	r.cleared("2025-02-14")
	same(t, "judged by the day of the demand", r.caseState(c.GetName()), compliancev1.Case_STATE_CURED)
}
