package sla

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/host/hosttest"
)

// each runs a test on both databases.
func each(t *testing.T, start string, fn func(t *testing.T, r *rig)) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		r := newRig(t, config(), config, start)
		r.book(r.facts())
		fn(t, r)
	})
}

const (
	counted  = slav1.Assessment_VERDICT_COUNTED
	excluded = slav1.Assessment_VERDICT_EXCLUDED
	partly   = slav1.Assessment_VERDICT_PARTLY_EXCLUDED
	met      = slav1.Assessment_VERDICT_MET
	missed   = slav1.Assessment_VERDICT_MISSED
)

// TestBackupOfAServerThatWasOff is DX-1: the breach excludes the run of the
// server that was off, whole, and not the other's.
func TestBackupOfAServerThatWasOff(t *testing.T) {
	each(t, "2024-03-05 20:00", func(t *testing.T, r *rig) {
		one, two := r.target("vm-1", "vm-1"), r.target("vm-2", "vm-2")
		r.breach(one, "off", "2024-03-05 09:00", "2024-03-05 18:00")
		r.run(one, "b1", "2024-03-05 17:00", "2024-03-05 19:00")
		r.run(two, "b1", "2024-03-05 17:00", "2024-03-05 19:00")

		a := r.verdict(one, one+"/runs/b1")
		same(t, "vm-1", a.GetVerdict(), excluded)
		same(t, "exclusions", len(a.GetExclusions()), 1)
		x := a.GetExclusions()[0]
		same(t, "clause", x.GetClause(), "cpc/S3/3.2")
		same(t, "whole run", x.GetWholeRun(), true)
		same(t, "cause", x.GetCause(), one+"/dutyBreaches/off")
		same(t, "excluded", a.GetExcluded().AsDuration(), 2*time.Hour)
		same(t, "cited", a.GetCitations()[1].GetClause(), "cpc/S3/3.2")
		same(t, "vm-2", r.verdict(two, two+"/runs/b1").GetVerdict(), counted)
		same(t, "asked for the terms", r.registry.asked, 1)
	})
}

// TestVersions: a breach that is recorded, or closed, later makes the next
// version only where verdict or figures change, and no version ever changes.
func TestVersions(t *testing.T) {
	each(t, "2024-03-05 20:00", func(t *testing.T, r *rig) {
		one := r.target("vm-1", "vm-1")
		r.run(one, "b1", "2024-03-05 17:00", "2024-03-05 19:00")
		subject := one + "/runs/b1"
		first := r.verdict(one, subject)
		same(t, "before", first.GetVerdict(), counted)

		r.breach(one, "earlier", "2024-03-05 09:00", "2024-03-05 10:00")
		same(t, "a breach beside the run", r.verdict(one, subject).GetVersion(), 1)

		b := r.breach(one, "off", "2024-03-05 12:00", "")
		second := r.verdict(one, subject)
		same(t, "an open breach", second.GetVersion(), 2)
		same(t, "an open breach", second.GetVerdict(), excluded)

		do(r, r.api.EndDutyBreach, &slav1.EndDutyBreachRequest{Name: b.GetName(), EndTime: ts("2024-03-05 18:00")})
		same(t, "closed inside the run", r.verdict(one, subject).GetVersion(), 2)

		old := do(r, r.api.GetAssessment, &slav1.GetAssessmentRequest{Name: first.GetName(), Version: 1})
		if !proto.Equal(old, first) {
			t.Errorf("the first version is now %v", old)
		}
		same(t, "newest", do(r, r.api.GetAssessment, &slav1.GetAssessmentRequest{Name: first.GetName()}).GetVersion(), 2)
		told := r.changes("incident_assessed")
		same(t, "told", len(told), 2)
		same(t, "told", told[1].GetIncidentAssessed().GetVerdict(), "EXCLUDED")
		same(t, "told", told[1].GetIncidentAssessed().GetExcludedSeconds(), 7200)
	})
}

// TestMaintenance is 38a-1: an outage that overruns an announced window counts
// for the rest.
func TestMaintenance(t *testing.T) {
	each(t, "2024-03-01 12:00", func(t *testing.T, r *rig) {
		one, all := r.target("vm-1", "vm-1"), r.target("service", "")
		w := do(r, r.api.RecordWindow, &slav1.RecordWindowRequest{Parent: all, WindowId: "w1", Window: &slav1.Window{
			Kind: "MAINTENANCE", StartTime: ts("2024-03-05 01:00"), EndTime: ts("2024-03-05 03:00"), AnnouncedTime: ts("2024-03-01 09:00"),
		}})
		same(t, "clause", w.GetClause(), "cpc/38(a)")
		r.set(instant("2024-03-05 09:00"))
		o := do(r, r.api.RecordOutage, &slav1.RecordOutageRequest{Parent: one, OutageId: "o1", Outage: &slav1.Outage{
			StartTime: ts("2024-03-05 01:30"), FailureType: "OUTAGE", Cause: "MAINTENANCE",
		}})
		same(t, "while it lasts", len(r.assessments(one)), 0)
		do(r, r.api.EndOutage, &slav1.EndOutageRequest{Name: o.GetName(), EndTime: ts("2024-03-05 03:20")})
		a := r.verdict(one, o.GetName())
		same(t, "verdict", a.GetVerdict(), partly)
		same(t, "excluded", a.GetExcluded().AsDuration(), 90*time.Minute)
		same(t, "counted", a.GetCounted().AsDuration(), 20*time.Minute)
		same(t, "told", len(r.changes("outage_recorded")), 2)
	})
}

// TestHolds: a hold is a window on every target of its services, also on one
// that is created while it stands.
func TestHolds(t *testing.T) {
	each(t, "2024-03-05 12:00", func(t *testing.T, r *rig) {
		one := r.target("vm-1", "vm-1")
		r.hold("h1", "2024-03-05 10:00", "")
		two := r.target("vm-2", "vm-2")
		for _, target := range []string{one, two} {
			ws := do(r, r.api.ListWindows, &slav1.ListWindowsRequest{Parent: target}).GetWindows()
			if len(ws) != 1 || ws[0].GetKind() != "HOLD" || ws[0].GetClause() != "cpc/31(i)" || ws[0].GetEndTime() != nil {
				t.Fatalf("%s: %v", target, ws)
			}
			refused(r, r.operator(), r.api.EndWindow, &slav1.EndWindowRequest{Name: ws[0].GetName(), EndTime: ts("2024-03-05 11:00")}, "RECORD_CLOSED", "")
		}
		r.run(one, "b1", "2024-03-05 09:00", "2024-03-05 10:30")
		r.hold("h1", "", "2024-03-05 11:00")
		r.run(one, "b2", "2024-03-05 11:00", "2024-03-05 11:30")
		same(t, "in the hold", r.verdict(one, one+"/runs/b1").GetVerdict(), excluded)
		same(t, "after it", r.verdict(one, one+"/runs/b2").GetVerdict(), counted)
		r.hold("never-placed", "", "2024-03-05 11:00")
	})
}

// TestMonth is 6-1, and what a late outage does to a month that was measured.
func TestMonth(t *testing.T) {
	each(t, "2024-04-02 09:00", func(t *testing.T, r *rig) {
		one := do(r, r.api.CreateTarget, &slav1.CreateTargetRequest{Parent: provider, TargetId: "vm-1", Target: &slav1.Target{
			Subscription: backup, Unit: "vm-1", Level: "99.9", LevelDocument: "SLD 2024-01",
		}}).GetName()
		outage := func(id, from, to string) {
			do(r, r.api.RecordOutage, &slav1.RecordOutageRequest{Parent: one, OutageId: id, Outage: &slav1.Outage{
				StartTime: ts(from), EndTime: ts(to), FailureType: "VM_INTERRUPTION", Cause: "PROVIDER",
			}})
		}
		do(r, r.api.RecordWindow, &slav1.RecordWindowRequest{Parent: one, WindowId: "w1", Window: &slav1.Window{
			Kind: "MAINTENANCE", StartTime: ts("2024-04-10 01:40"), EndTime: ts("2024-04-10 03:00"), NoNoticeReason: "a broken power supply",
		}})
		r.set(instant("2024-04-20 09:00"))
		outage("o1", "2024-04-10 01:00", "2024-04-10 02:00")
		r.advance("2024-05-02 09:00")
		a := r.verdict(one, "2024-04")
		same(t, "verdict", a.GetVerdict(), met)
		same(t, "availability", a.GetAvailability().GetValue(), "99.90740")
		same(t, "level", a.GetLevel(), "99.9")
		same(t, "counted", a.GetCounted().AsDuration(), 40*time.Minute)
		same(t, "excluded", a.GetExcluded().AsDuration(), 20*time.Minute)
		same(t, "deadlines met", len(r.changes("deadline_met")), 1)

		outage("late", "2024-04-12 00:00", "2024-04-12 00:10")
		a = r.verdict(one, "2024-04")
		same(t, "late verdict", a.GetVerdict(), missed)
		same(t, "late version", a.GetVersion(), 2)
		same(t, "awards", len(do(r, r.api.ListAwards, &slav1.ListAwardsRequest{Parent: one}).GetAwards()), 0)

		// The service ends in May; the month is measured for its days, and none after it.
		f := r.facts()
		f.LastDay = day("2024-05-15")
		r.tell("billing", "subscription_ended", &billingv1.Change{Body: &billingv1.Change_SubscriptionEnded{
			SubscriptionEnded: &contractv1.SubscriptionEnded{Subscription: f, Clause: "cpc/34"},
		}})
		r.set(instant("2024-05-10 09:00"))
		outage("o2", "2024-05-03 00:00", "2024-05-03 00:36")
		r.advance("2024-07-02 09:00")
		a = r.verdict(one, "2024-05")
		same(t, "half a month", a.GetAvailability().GetValue(), "99.83333")
		same(t, "months", len(r.assessments(one)), 5)
		same(t, "deadlines", len(r.changes("deadline_set")), 2)
	})
}

// TestCommencement: a month is awaited from the month of commencement on, and
// not at all where that is revoked.
func TestCommencement(t *testing.T) {
	each(t, "2024-01-05 09:00", func(t *testing.T, r *rig) {
		f := r.facts()
		f.CommencementDate = nil
		r.book(f)
		do(r, r.api.CreateTarget, &slav1.CreateTargetRequest{Parent: provider, TargetId: "vm-1", Target: &slav1.Target{Subscription: backup, Level: "99.9"}})
		same(t, "before commencement", len(r.changes("deadline_set")), 0)
		r.book(r.facts())
		same(t, "commenced", len(r.changes("deadline_set")), 1)
		r.book(f)
		same(t, "revoked", len(r.changes("deadline_withdrawn")), 1)
		f.CommencementDate = day("2024-01-20")
		r.book(f)
		r.advance("2024-02-01 00:00")
		same(t, "measured", r.verdict(provider+"/targets/vm-1", "2024-01").GetVerdict(), met)
		f.CommencementDate = day("2024-02-01")
		r.book(f)
		a := r.verdict(provider+"/targets/vm-1", "2024-01")
		same(t, "moved out of the month", a.GetVerdict(), slav1.Assessment_VERDICT_NO_INCIDENT)
		same(t, "moved out of the month", a.GetVersion(), 2)
	})
}

// TestCapacity is S7.3-1 and S7.3-2 through the token service's facts: a store
// that ran full after a warning is a breach on every target of its service until
// it is below full again, a late report included.
func TestCapacity(t *testing.T) {
	each(t, "2024-03-05 20:00", func(t *testing.T, r *rig) {
		store := contract + "/subscriptions/snapshots"
		f := r.facts()
		f.Subscription, f.Kind, f.Units = store, "SNAPSHOT", nil
		r.book(f)
		create := func(id string) string {
			return do(r, r.api.CreateTarget, &slav1.CreateTargetRequest{Parent: provider, TargetId: id, Target: &slav1.Target{Subscription: store}}).GetName()
		}
		interrupted := func(target string) slav1.Assessment_Verdict {
			return r.verdict(target, target+"/outages/o1").GetVerdict()
		}
		one := create("snap-1")
		do(r, r.api.RecordOutage, &slav1.RecordOutageRequest{Parent: one, OutageId: "o1", Outage: &slav1.Outage{
			StartTime: ts("2024-03-05 11:00"), EndTime: ts("2024-03-05 12:00"), FailureType: "VM_INTERRUPTION", Cause: "UNKNOWN",
		}})
		r.capacity(store, 100, "2024-03-05 09:00", false)
		same(t, "full without a warning", interrupted(one), counted)
		r.capacity(store, 85, "2024-03-05 09:30", false)
		r.capacity(store, 100, "2024-03-05 10:00", true)
		r.capacity(store, 100, "2024-03-05 10:00", true)
		same(t, "full after a warning", interrupted(one), excluded)
		same(t, "breaches told", len(r.changes("duty_breached")), 1)
		two := create("snap-2")
		bs := do(r, r.api.ListDutyBreaches, &slav1.ListDutyBreachesRequest{Parent: two}).GetDutyBreaches()
		if len(bs) != 1 || bs[0].GetClause() != "cpc/S7/7.3" || bs[0].GetEndTime() != nil {
			t.Fatalf("%v", bs)
		}
		refused(r, r.operator(), r.api.EndDutyBreach, &slav1.EndDutyBreachRequest{Name: bs[0].GetName(), EndTime: ts("2024-03-05 15:00")}, "RECORD_CLOSED", "")
		r.capacity(store, 85, "2024-03-05 11:30", false)
		same(t, "below full again", interrupted(one), partly)
		r.capacity(store, 0, "2024-03-05 10:00", false)
		same(t, "a report that came late", interrupted(one), counted)
	})
}

// TestAmendment: what happened is judged by the terms in force on its day, also
// where an amendment reaches back.
func TestAmendment(t *testing.T) {
	each(t, "2024-03-06 20:00", func(t *testing.T, r *rig) {
		one := r.target("vm-1", "vm-1")
		do(r, r.api.RecordRun, &slav1.RecordRunRequest{Parent: one, RunId: "b1", Run: &slav1.Run{
			Operation: "BACKUP", StartTime: ts("2024-03-05 09:00"), EndTime: ts("2024-03-05 10:00"), ResultEmailedTime: ts("2024-03-05 10:00"),
		}})
		do(r, r.api.RecordDutyBreach, &slav1.RecordDutyBreachRequest{Parent: one, DutyBreachId: "silent", DutyBreach: &slav1.DutyBreach{
			Clause: "cpc/S3/3.3", StartTime: ts("2024-03-05 10:00"),
		}})
		r.run(one, "b2", "2024-03-05 15:00", "2024-03-05 16:00")
		same(t, "within the day to answer", r.verdict(one, one+"/runs/b2").GetVerdict(), counted)
		amend := func(hours, from string) {
			of := r.facts().GetContract()
			of.Readings = map[string]string{"prompt_reply_hours": hours}
			r.tell("billing", "contract_amended", &billingv1.Change{Body: &billingv1.Change_ContractAmended{
				ContractAmended: &contractv1.ContractAmended{Contract: of, EffectiveDate: day(from)},
			}})
		}
		amend("1", "2024-06-01")
		same(t, "an amendment to come", r.verdict(one, one+"/runs/b2").GetVersion(), 1)
		amend("4", "2024-03-01")
		a := r.verdict(one, one+"/runs/b2")
		same(t, "four hours to answer", a.GetVerdict(), excluded)
		same(t, "four hours to answer", a.GetVersion(), 2)
		same(t, "the first failure", r.verdict(one, one+"/runs/b1").GetVersion(), 1)
	})
}

// TestReminders: a failed run that nobody answered, and a suspension that lasts,
// remind people and do nothing else; a run that succeeds, or an end in time,
// makes them moot.
func TestReminders(t *testing.T) {
	each(t, "2024-03-05 20:00", func(t *testing.T, r *rig) {
		one, two := r.target("vm-1", "vm-1"), r.target("vm-2", "vm-2")
		run := func(target, id, from, to string, ok bool) {
			do(r, r.api.RecordRun, &slav1.RecordRunRequest{Parent: target, RunId: id, Run: &slav1.Run{
				Operation: "BACKUP", StartTime: ts(from), EndTime: ts(to), Succeeded: ok, ResultEmailedTime: ts(to),
			}})
		}
		run(one, "b1", "2024-03-05 17:00", "2024-03-05 19:00", false)
		run(two, "b1", "2024-03-05 17:00", "2024-03-05 19:00", false)
		run(two, "b2", "2024-03-05 19:10", "2024-03-05 19:30", true)
		order := do(r, r.api.RecordWindow, &slav1.RecordWindowRequest{Parent: one, WindowId: "w1", Window: &slav1.Window{Kind: "AUTHORITY", StartTime: ts("2024-03-05 18:00")}})
		attack := do(r, r.api.RecordWindow, &slav1.RecordWindowRequest{Parent: one, WindowId: "w2", Window: &slav1.Window{Kind: "PROTECTION", StartTime: ts("2024-03-05 18:00")}})
		same(t, "set", len(r.changes("deadline_set")), 4)
		met := r.changes("deadline_met")
		same(t, "moot by a good run", len(met), 1)
		same(t, "moot by a good run", met[0].GetDeadlineMet().GetDeadline().GetSubject(), two+"/runs/b1")
		do(r, r.api.EndWindow, &slav1.EndWindowRequest{Name: attack.GetName(), EndTime: ts("2024-03-05 18:45")})
		same(t, "ended in time", len(r.changes("deadline_withdrawn")), 1)
		before := len(r.changes("incident_assessed"))
		r.advance("2024-03-07 09:00")
		missed := r.changes("deadline_missed")
		same(t, "acted", len(missed), 2)
		same(t, "first", missed[0].GetDeadlineMissed().GetDeadline().GetSubject(), order.GetName())
		same(t, "second", missed[1].GetDeadlineMissed().GetDeadline().GetSubject(), one+"/runs/b1")
		same(t, "clause", missed[1].GetDeadlineMissed().GetDeadline().GetClause(), "cpc/S3/3.3")
		same(t, "judged anew", len(r.changes("incident_assessed")), before)
	})
}
