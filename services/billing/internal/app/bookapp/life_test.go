package bookapp_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/timestamppb"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	termsv1 "cloudpact.dev/gen/go/cloudpact/terms/v1"
	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms/cpctest"
)

// TestLife runs a service from its order over the window, its period and a
// notice to its end, and the contract with it.
func TestLife(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	c := r.accepted(t, "main", &contractv1.Order{TermMonths: 12, Services: []*contractv1.OrderedService{service("web", "COMPUTE", "vm-1")}}, nil)
	web := c + "/subscriptions/web"
	r.advance(t, "2024-03-28")
	s := must[*contractv1.Subscription](t)(r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{Name: web, NoticeDate: pb("2024-03-28")}))
	if s.GetState() != contractv1.Subscription_STATE_PROVISIONAL || !s.GetCommencement().GetProvisional() || dates(s.GetCommencement().GetWindowLastDay()) != "2024-04-05" {
		t.Fatalf("%v", s)
	}
	r.advance(t, "2024-04-06")
	s = r.subscription(t, web)
	if s.GetState() != contractv1.Subscription_STATE_ACTIVE || s.GetCommencement().GetProvisional() || dates(s.GetTermEnd()) != "2025-03-28" ||
		s.GetTermExplanation() == nil || s.GetCommencement().GetExplanation() == nil {
		t.Fatalf("%v", s)
	}
	o := must[*contractv1.Order](t)(r.contracts.GetOrder(r.operator, &contractv1.GetOrderRequest{Name: c + "/orders/first"}))
	if o.GetState() != contractv1.Order_STATE_COMMENCED {
		t.Fatalf("%v", o)
	}
	r.advance(t, "2025-03-28")
	if s = r.subscription(t, web); s.GetState() != contractv1.Subscription_STATE_CONTINUING {
		t.Fatalf("%v", s)
	}
	r.advance(t, "2025-05-20")
	s = must[*contractv1.Subscription](t)(r.contracts.ServeTerminationNotice(r.operator, &contractv1.ServeTerminationNoticeRequest{
		Name:  web,
		Party: contractv1.Party_PARTY_CUSTOMER, ServedDate: pb("2025-05-20"), PrescribedForm: true, Signed: true,
	}))
	if s.GetNotice().GetState() != contractv1.TerminationNotice_STATE_SERVED || s.GetEnd() != nil {
		t.Fatalf("%v", s)
	}
	r.advance(t, "2025-05-22")
	s = must[*contractv1.Subscription](t)(r.contracts.AcknowledgeTerminationNotice(r.operator, &contractv1.AcknowledgeTerminationNoticeRequest{Name: web, AcknowledgedDate: pb("2025-05-22")}))
	if dates(s.GetEnd().GetLastDay()) != "2025-07-20" || s.GetEnd().GetCause() != "CUSTOMER_NOTICE" || s.GetState() != contractv1.Subscription_STATE_CONTINUING {
		t.Fatalf("%v", s)
	}
	r.advance(t, "2025-07-20")
	if s = r.subscription(t, web); s.GetState() != contractv1.Subscription_STATE_CONTINUING {
		t.Fatalf("the last day is a day of service: %v", s)
	}
	r.advance(t, "2025-07-21")
	if s = r.subscription(t, web); s.GetState() != contractv1.Subscription_STATE_ENDED || s.GetNotice().GetState() != contractv1.TerminationNotice_STATE_EFFECTIVE {
		t.Fatalf("%v", s)
	}
	contract := must[*contractv1.Contract](t)(r.contracts.GetContract(r.operator, &contractv1.GetContractRequest{Name: c}))
	if contract.GetState() != contractv1.Contract_STATE_ENDED || dates(contract.GetEndDate()) != "2025-07-20" || contract.GetEffectiveExplanation() == nil {
		t.Fatalf("%v", contract)
	}
}

// TestProblem: a problem in the window revokes the date, also when it becomes
// known only after the window, and a new notice starts afresh.
func TestProblem(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-05-03")
	c := r.accepted(t, "main", &contractv1.Order{Services: []*contractv1.OrderedService{service("web", "COMPUTE")}}, nil)
	web := c + "/subscriptions/web"
	must[*contractv1.Subscription](t)(r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{Name: web, NoticeDate: pb("2024-05-03")}))
	r.advance(t, "2024-05-20")
	if s := r.subscription(t, web); s.GetState() != contractv1.Subscription_STATE_ACTIVE {
		t.Fatalf("%v", s)
	}
	late := must[*contractv1.Subscription](t)(r.contracts.ReportProblem(r.operator, &contractv1.ReportProblemRequest{Name: web, ReportDate: pb("2024-05-09"), Description: "slow"}))
	if late.GetState() != contractv1.Subscription_STATE_ACTIVE || late.GetCommencement().GetProblems()[0].GetInTime() {
		t.Fatalf("a late report moves the date: %v", late)
	}
	s := must[*contractv1.Subscription](t)(r.contracts.ReportProblem(r.operator, &contractv1.ReportProblemRequest{Name: web, ReportDate: pb("2024-05-07"), Description: "no disk"}))
	if s.GetState() != contractv1.Subscription_STATE_PROVISIONING || s.GetCommencement().GetDate() != nil || !s.GetCommencement().GetProblems()[1].GetInTime() || s.GetTermEnd() != nil {
		t.Fatalf("%v", s)
	}
	_, err := r.contracts.ReportProblem(r.operator, &contractv1.ReportProblemRequest{Name: web, ReportDate: pb("2024-05-08"), Description: "again"})
	refused(t, err, "SUBSCRIPTION_STATE", "")
	must[*contractv1.Subscription](t)(r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{Name: web, NoticeDate: pb("2024-05-20")}))
	r.advance(t, "2024-05-24")
	if s = r.subscription(t, web); dates(s.GetCommencement().GetDate()) != "2024-05-20" || s.GetState() != contractv1.Subscription_STATE_ACTIVE || s.GetCommencement().GetVersion() != 3 {
		t.Fatalf("%v", s)
	}
}

// TestCancelInWindow is [W:33a-1] and [W:33a-2].
func TestCancelInWindow(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-03-28")
	open := func(id string) string {
		c := r.accepted(t, id, &contractv1.Order{Services: []*contractv1.OrderedService{service("web", "COMPUTE")}}, nil)
		must[*contractv1.Subscription](t)(r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{Name: c + "/subscriptions/web", NoticeDate: pb("2024-03-28")}))
		return c
	}
	stays, goes := open("stays"), open("goes")
	r.advance(t, "2024-04-02")
	for _, c := range []string{stays, goes} {
		o := must[*contractv1.Order](t)(r.contracts.CancelOrder(r.operator, &contractv1.CancelOrderRequest{Name: c + "/orders/first", NoticeDate: pb("2024-04-02")}))
		if o.GetState() != contractv1.Order_STATE_ACCEPTED {
			t.Fatalf("%v", o)
		}
	}
	s := must[*contractv1.Subscription](t)(r.contracts.ReportProblem(r.operator, &contractv1.ReportProblemRequest{Name: goes + "/subscriptions/web", ReportDate: pb("2024-04-02"), Description: "x"}))
	if s.GetState() != contractv1.Subscription_STATE_CANCELLED || s.GetEnd().GetCause() != "CANCELLATION" {
		t.Fatalf("%v", s)
	}
	if c := must[*contractv1.Contract](t)(r.contracts.GetContract(r.operator, &contractv1.GetContractRequest{Name: goes})); c.GetState() != contractv1.Contract_STATE_ENDED {
		t.Fatalf("%v", c)
	}
	r.advance(t, "2024-04-06")
	if s := r.subscription(t, stays+"/subscriptions/web"); s.GetState() != contractv1.Subscription_STATE_ACTIVE || dates(s.GetCommencement().GetDate()) != "2024-03-28" {
		t.Fatalf("%v", s)
	}
	_, err := r.contracts.CancelOrder(r.operator, &contractv1.CancelOrderRequest{Name: stays + "/orders/first", NoticeDate: pb("2024-04-02")})
	refused(t, err, "ORDER_STATE", "")
}

// TestFirstCopyAndAcceptance runs the other two methods, late facts included.
func TestFirstCopyAndAcceptance(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-02-07")
	c := r.accepted(t, "main", &contractv1.Order{Services: []*contractv1.OrderedService{
		service("copy", "C2C_REPLICATION", "vm-1", "vm-2"), service("cloud", "VONE"),
	}}, map[string]string{"replication_scd_scope": "PER_VM"})
	r.advance(t, "2024-02-26")
	at := func(day string, hour int) *timestamppb.Timestamp {
		return timestamppb.New(pbTime(day).Add(time.Duration(hour) * time.Hour))
	}
	copied := func(unit, day string) *contractv1.Subscription {
		return must[*contractv1.Subscription](t)(r.contracts.RecordFirstCopy(r.operator, &contractv1.RecordFirstCopyRequest{
			Name: c + "/subscriptions/copy", Unit: unit, CompletedTime: at(day, 9), EmailedTime: at(day, 10),
		}))
	}
	if s := copied("vm-1", "2024-02-20"); s.GetState() != contractv1.Subscription_STATE_ACTIVE || dates(s.GetCommencement().GetDate()) != "2024-02-20" {
		t.Fatalf("%v", s)
	}
	// An earlier copy becomes known: the date moves, and the other unit has its own.
	s := copied("vm-2", "2024-02-15")
	if dates(s.GetCommencement().GetDate()) != "2024-02-15" || s.GetCommencement().GetVersion() != 2 || dates(s.GetUnits()[0].GetAddedDate()) != "2024-02-20" || s.GetUnits()[1].GetAddedDate() != nil {
		t.Fatalf("%v", s)
	}
	cloud := c + "/subscriptions/cloud"
	_, err := r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{Name: cloud, NoticeDate: pb("2024-02-07")})
	refused(t, err, "COMMENCEMENT_METHOD", "")
	_, err = r.contracts.SignAcceptance(r.operator, &contractv1.SignAcceptanceRequest{Name: cloud, SignedDate: pb("2024-02-26")})
	refused(t, err, "SUBSCRIPTION_STATE", "")
	v := must[*contractv1.Subscription](t)(r.contracts.CompleteAcceptanceTest(r.operator, &contractv1.CompleteAcceptanceTestRequest{Name: cloud, CompletedDate: pb("2024-02-07")}))
	if v.GetState() != contractv1.Subscription_STATE_PROVISIONING || dates(v.GetCommencement().GetWindowLastDay()) != "2024-02-16" {
		t.Fatalf("%v", v)
	}
	v = must[*contractv1.Subscription](t)(r.contracts.SignAcceptance(r.operator, &contractv1.SignAcceptanceRequest{Name: cloud, SignedDate: pb("2024-02-26")}))
	if v.GetState() != contractv1.Subscription_STATE_ACTIVE || dates(v.GetCommencement().GetDate()) != "2024-02-26" {
		t.Fatalf("%v", v)
	}
}

func pbTime(day string) time.Time {
	at, err := time.ParseInLocation("2006-01-02", day, time.FixedZone("HKT", 8*3600))
	if err != nil {
		panic(err)
	}
	return at
}

// TestAutomaticEnd: an order may end supply with the period; a notice that runs
// longer does not keep it alive.
func TestAutomaticEnd(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	c := r.accepted(t, "main", &contractv1.Order{TermMonths: 1, EndsAutomatically: true, Services: []*contractv1.OrderedService{service("web", "COMPUTE")}}, nil)
	web := c + "/subscriptions/web"
	must[*contractv1.Subscription](t)(r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{Name: web, NoticeDate: pb("2024-01-10")}))
	r.advance(t, "2024-01-20")
	s := must[*contractv1.Subscription](t)(r.contracts.ServeTerminationNotice(r.operator, &contractv1.ServeTerminationNoticeRequest{
		Name:  web,
		Party: contractv1.Party_PARTY_PROVIDER, ServedDate: pb("2024-01-20"),
	}))
	if dates(s.GetEnd().GetLastDay()) != "2024-03-20" {
		t.Fatalf("%v", s)
	}
	r.advance(t, "2024-02-10")
	if s = r.subscription(t, web); s.GetState() != contractv1.Subscription_STATE_ENDED || dates(s.GetEnd().GetLastDay()) != "2024-02-09" || s.GetEnd().GetCause() != "EXPIRY" || s.GetEnd().GetVersion() != 2 {
		t.Fatalf("%v", s)
	}
}

// TestChangeCommencement is [W:S1.8-1].
func TestChangeCommencement(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-05-03")
	c := r.accepted(t, "main", &contractv1.Order{Services: []*contractv1.OrderedService{service("web", "COMPUTE")}}, nil)
	web := c + "/subscriptions/web"
	must[*contractv1.Subscription](t)(r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{Name: web, NoticeDate: pb("2024-05-03")}))
	r.advance(t, "2024-06-01")
	in := &contractv1.ChangeCommencementRequest{Name: web, Date: pb("2024-06-01"), Fee: "1500.00"}
	_, err := r.contracts.ChangeCommencement(r.operator, in)
	refused(t, err, "FIELD_INVALID", "fee_accepted")
	in.FeeAccepted, in.Fee = true, "1500.001"
	_, err = r.contracts.ChangeCommencement(r.operator, in)
	refused(t, err, "AMOUNT_INVALID", "fee")
	in.Fee = "1500.00"
	s := must[*contractv1.Subscription](t)(r.contracts.ChangeCommencement(r.operator, in))
	if dates(s.GetCommencement().GetDate()) != "2024-06-01" || dates(s.GetTermEnd()) != "2025-06-01" || s.GetCommencement().GetVersion() != 2 {
		t.Fatalf("%v", s)
	}
}

// TestTermsTooNew: what this build does not know is refused, never dropped.
func TestTermsTooNew(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	body := &termsv1.Terms{Id: "mini", Revision: "1", Title: "Mini", TimeZone: &termsv1.Setting{Value: "Asia/Hong_Kong"}}
	body.ProtoReflect().SetUnknown(protowire.AppendVarint(protowire.AppendTag(nil, 999, protowire.VarintType), 1))
	_, err := r.registry.RegisterRevision(r.operator, &contractv1.RegisterRevisionRequest{Parent: acme + "/terms/mini", RevisionId: "r1", Body: body})
	refused(t, err, "TERMS_TOO_NEW", "body")
}

// TestDerivations: every date that the book answers with evaluates again, and
// cites the clause it rests on.
func TestDerivations(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-15")
	c := r.accepted(t, "main", &contractv1.Order{Services: []*contractv1.OrderedService{service("web", "COMPUTE")}}, nil)
	web := c + "/subscriptions/web"
	must[*contractv1.Subscription](t)(r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{Name: web, NoticeDate: pb("2024-01-15")}))
	r.advance(t, "2024-05-20")
	must[*contractv1.Subscription](t)(r.contracts.ServeTerminationNotice(r.operator, &contractv1.ServeTerminationNoticeRequest{
		Name: web, Party: contractv1.Party_PARTY_CUSTOMER, ServedDate: pb("2024-05-20"), PrescribedForm: true, Signed: true,
	}))
	s := must[*contractv1.Subscription](t)(r.contracts.AcknowledgeTerminationNotice(r.operator, &contractv1.AcknowledgeTerminationNoticeRequest{Name: web, AcknowledgedDate: pb("2024-05-20")}))
	k := must[*contractv1.Contract](t)(r.contracts.GetContract(r.operator, &contractv1.GetContractRequest{Name: c}))
	for what, d := range map[string]struct {
		e            *typev1.Explanation
		want, clause string
	}{
		"effective": {k.GetEffectiveExplanation(), "2024-01-15", "cpc/4"},
		"date":      {s.GetCommencement().GetExplanation(), "2024-01-15", "cpc/1#service-commencement-date"},
		"window":    {s.GetCommencement().GetWindowExplanation(), "2024-01-18", "cpc/1#service-commencement-date"},
		"term":      {s.GetTermExplanation(), "2025-01-15", "cpc/1#service-period"},
		"notice":    {s.GetNotice().GetExplanation(), "2024-07-20", "cpc/34"},
		"service":   {s.GetNotice().GetServiceExplanation(), "2024-07-20", "cpc/34"},
	} {
		cpctest.Explained(t, explained(d.e), d.want, d.clause)
		if t.Failed() {
			t.Fatal(what)
		}
	}
	for _, x := range must[*contractv1.ListSubscriptionsResponse](t)(r.contracts.ListSubscriptions(r.operator, &contractv1.ListSubscriptionsRequest{Parent: c})).GetSubscriptions() {
		if x.GetTermExplanation() != nil || x.GetNotice().GetExplanation() != nil {
			t.Error("a list carries derivations")
		}
	}
}

// explained reads a derivation back from the wire.
func explained(pb *typev1.Explanation) explain.Explanation {
	out := explain.Explanation{Result: pb.GetResult()}
	for _, s := range pb.GetSteps() {
		step := explain.Step{ID: s.GetId(), Op: explain.Op(s.GetOperation()), Result: s.GetValue(), Unit: s.GetUnit()}
		for _, o := range s.GetOperands() {
			operand := explain.Operand{Literal: o.GetLiteral(), Step: o.GetStep()}
			if f := o.GetFact(); f != nil {
				operand.Fact = &explain.Fact{Name: f.GetName(), Value: f.GetValue()}
			}
			step.Operands = append(step.Operands, operand)
		}
		for _, c := range s.GetCitations() {
			step.Citations = append(step.Citations, explain.Citation{Terms: c.GetTerms(), Revision: c.GetRevision(), Clause: c.GetClause()})
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}
