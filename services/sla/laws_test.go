package sla

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
)

// TestOrderOfRecordingDoesNotMatter records the same facts in two orders, on two
// services, and wants the same judgements: verdicts, figures and what is
// excluded.
func TestOrderOfRecordingDoesNotMatter(t *testing.T) {
	each(t, "2024-04-02 09:00", func(t *testing.T, r *rig) {
		for seed := range uint64(12) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			facts := randomFacts(r, rnd)
			first := r.history(fmt.Sprintf("a%d", seed), facts)
			rnd.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
			second := r.history(fmt.Sprintf("b%d", seed), facts)
			if !slices.Equal(first, second) {
				t.Fatalf("seed %d:\n%s\n--\n%s", seed, strings.Join(first, "\n"), strings.Join(second, "\n"))
			}
		}
	})
}

// fact records something on one of a service's targets.
type fact func(targets []string)

func randomFacts(r *rig, rnd *rand.Rand) []fact {
	zero := instant("2024-03-30 00:00")
	at := func(minutes int) *timestamppb.Timestamp {
		return timestamppb.New(zero.Add(time.Duration(minutes) * time.Minute))
	}
	span := func() (int, int) { from := rnd.IntN(3000); return from, from + 1 + rnd.IntN(600) }
	var out []fact
	for n := range 10 {
		on, from, to, id := rnd.IntN(3), 0, 0, fmt.Sprint("x", n)
		from, to = span()
		operation := []string{"BACKUP", "RESTORE"}[rnd.IntN(2)]
		run := &slav1.Run{Operation: operation, StartTime: at(from), EndTime: at(to), Succeeded: rnd.IntN(4) == 0}
		if rnd.IntN(2) == 0 {
			run.ResultEmailedTime = at(to + rnd.IntN(10))
		}
		out = append(out, func(targets []string) {
			do(r, r.api.RecordRun, &slav1.RecordRunRequest{Parent: targets[on], RunId: id, Run: run})
		})
	}
	for n := range 5 {
		on, id := rnd.IntN(3), fmt.Sprint("o", n)
		from, to := span()
		o := &slav1.Outage{FailureType: []string{"OUTAGE", "DATA_LOSS"}[rnd.IntN(2)], Cause: "PROVIDER", StartTime: at(from), EndTime: at(to)}
		late := rnd.IntN(2) == 0
		out = append(out, func(targets []string) {
			o := &slav1.Outage{FailureType: o.GetFailureType(), Cause: o.GetCause(), StartTime: o.GetStartTime(), EndTime: o.GetEndTime()}
			end := o.GetEndTime()
			if late {
				o.EndTime = nil
			}
			name := do(r, r.api.RecordOutage, &slav1.RecordOutageRequest{Parent: targets[on], OutageId: id, Outage: o}).GetName()
			if late {
				do(r, r.api.EndOutage, &slav1.EndOutageRequest{Name: name, EndTime: end})
			}
		})
	}
	for n := range 6 {
		on, id := rnd.IntN(3), fmt.Sprint("d", n)
		from, to := span()
		b := &slav1.DutyBreach{Clause: []string{"cpc/S3/3.2", "cpc/S3/3.3", "cpc/S3/3.4"}[rnd.IntN(3)], StartTime: at(from)}
		closed := rnd.IntN(3) > 0
		out = append(out, func(targets []string) {
			name := do(r, r.api.RecordDutyBreach, &slav1.RecordDutyBreachRequest{Parent: targets[on], DutyBreachId: id, DutyBreach: b}).GetName()
			if closed {
				do(r, r.api.EndDutyBreach, &slav1.EndDutyBreachRequest{Name: name, EndTime: at(to)})
			}
		})
	}
	for n := range 4 {
		on, id := rnd.IntN(3), fmt.Sprint("w", n)
		from, to := span()
		w := &slav1.Window{Kind: []string{"MAINTENANCE", "AUTHORITY", "PROTECTION"}[rnd.IntN(3)], StartTime: at(from), EndTime: at(to)}
		out = append(out, func(targets []string) {
			do(r, r.api.RecordWindow, &slav1.RecordWindowRequest{Parent: targets[on], WindowId: id, Window: w})
		})
	}
	return out
}

// history makes a service with three targets, records the facts in their order
// and gives its judgements, without the names that tell services apart.
func (r *rig) history(id string, facts []fact) []string {
	r.t.Helper()
	f := r.facts()
	f.Subscription = contract + "/subscriptions/" + id
	f.Units = []*contractv1.UnitFacts{{Unit: f.GetSubscription() + "/units/vm-1"}, {Unit: f.GetSubscription() + "/units/vm-2"}}
	r.book(f)
	var targets []string
	for n, unit := range []string{"", "vm-1", "vm-2"} {
		targets = append(targets, do(r, r.api.CreateTarget, &slav1.CreateTargetRequest{
			Parent: provider, TargetId: fmt.Sprintf("%s-%d", id, n), Target: &slav1.Target{Subscription: f.GetSubscription(), Unit: unit},
		}).GetName())
	}
	for _, record := range facts {
		record(targets)
	}
	var out []string
	for _, target := range targets {
		for _, a := range r.assessments(target) {
			line := fmt.Sprintf("%s %s %s %s %s", a.GetSubject(), a.GetVerdict(), a.GetIncident().AsDuration(), a.GetExcluded().AsDuration(), a.GetCounted().AsDuration())
			for _, x := range a.GetExclusions() {
				line += fmt.Sprintf("\n  %s %s %s %s %t", x.GetClause(), x.GetCause(), x.GetStartTime().AsTime(), x.GetEndTime().AsTime(), x.GetWholeRun())
			}
			out = append(out, strings.ReplaceAll(line, "targets/"+id+"-", "targets/"))
		}
	}
	return out
}
