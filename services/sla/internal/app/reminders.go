package app

import (
	"context"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/sla/internal/store"
	"cloudpact.dev/services/sla/internal/windows"
)

// The kinds of reminders. Their hours are the operator's: when one is due people
// look at it, and nothing is excluded, counted or closed.
const (
	// KindFailureReply is the end of the time to answer the message on a failed run.
	KindFailureReply = "failure_reply"
	// KindSuspensionAlert is when a suspension without fault has lasted long.
	KindSuspensionAlert = "suspension_alert"
)

// remind sets a reminder that is not due yet.
func (w *work) remind(d commit.Deadline) error {
	if !d.Due.After(w.now) {
		return nil
	}
	d.Rank, d.Name = commit.RankNotices, d.Kind+"/"+d.Subject
	return w.tx.SetDeadline(d)
}

// remindReply sets the reminder that the customer has not answered, where a
// failed run was mailed and the terms ask for an answer. A run that succeeds
// settles those of the same operation.
func (w *work) remindReply(ctx context.Context, t store.Target, p policy, r store.Run) error {
	if r.Succeeded {
		return w.answered(ctx, t, r)
	}
	if r.Emailed.IsZero() {
		return nil
	}
	d, due, ok := p.rules.Reply(failureOf(r.Operation), r.Emailed)
	if !ok {
		return nil
	}
	return w.remind(commit.Deadline{
		Kind: KindFailureReply, Subject: r.Name(), Clause: d.Clause, Due: due,
		Consequence: "people are reminded to record whether the customer answered the message on the failed run",
	})
}

// answered withdraws the reminders of failed runs before one that succeeded.
func (w *work) answered(ctx context.Context, t store.Target, r store.Run) error {
	set, err := w.a.Deadlines.List(ctx, w.tx, deadline.Filter{
		Provider: t.Provider, Customer: t.Sub.Customer, Kind: KindFailureReply, State: deadline.Set,
	})
	if err != nil {
		return err
	}
	for _, d := range set {
		k, id, err := runOf(d.Subject)
		if err != nil {
			return err
		}
		if k != t.TargetKey {
			continue
		}
		failed, ok, err := store.Runs.Get(ctx, w.tx, k, id)
		if err != nil {
			return err
		}
		if ok && failed.Operation == r.Operation && failed.Start.Before(r.Start) {
			if err := w.tx.SettleDeadline(d.Name, commit.Met); err != nil {
				return err
			}
		}
	}
	return nil
}

func runOf(name string) (store.TargetKey, string, error) {
	ids, err := runPattern.Parse(name, "subject")
	if err != nil {
		return store.TargetKey{}, "", fault.Internal(err)
	}
	return store.TargetKey{Provider: ids[0], ID: ids[1]}, ids[2], nil
}

// remindWindow sets, moves or withdraws the reminder that a suspension without
// fault lasts.
func (w *work) remindWindow(p policy, x store.Window) error {
	rule, due, ok := windows.Alert(p.terms, windows.Window{Kind: x.Kind, Clause: x.Clause, From: x.Start})
	if !ok {
		return nil
	}
	if !x.Open() && !x.End.After(due) {
		return w.tx.SettleDeadline(KindSuspensionAlert+"/"+x.Name(), commit.Withdrawn)
	}
	return w.remind(commit.Deadline{
		Kind: KindSuspensionAlert, Subject: x.Name(), Clause: rule.Clause, Due: due,
		Consequence: "people are reminded that the suspension still lasts; the text sets it no limit",
	})
}

// reminderDue lets a reminder act: it is told, and nothing else follows.
func reminderDue(_ context.Context, tx *commit.Tx, d deadline.Deadline) error {
	return tx.SettleDeadline(d.Name, commit.Missed)
}
