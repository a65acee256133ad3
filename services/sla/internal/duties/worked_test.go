package duties_test

import (
	"testing"
	"time"

	"cloudpact.dev/services/sla/internal/duties"
	"cloudpact.dev/services/terms/cpctest"
)

const backup = "providers/p/customers/c/contracts/k/subscriptions/s"

func vm(unit string) duties.Object { return duties.Object{Service: backup, Unit: unit} }

var service = duties.Object{Service: backup}

// fact is one line of a worked case: something recorded from, to.
type fact struct {
	clause   string
	on       duties.Object
	from, to string
	proved   bool
}

type failure struct {
	what     string
	on       duties.Object
	from, to string
}

func (f failure) incident(t *testing.T) duties.Incident {
	to := f.to
	if to == "" {
		to = f.from
	}
	return duties.Incident{Name: "incident", On: f.on, FailureType: f.what, From: cpctest.At(t, f.from), To: cpctest.At(t, to)}
}

func breachesOf(t *testing.T, all []fact) []duties.Breach {
	var out []duties.Breach
	for i, f := range all {
		b := duties.Breach{Name: "breach" + string(rune('a'+i)), Clause: f.clause, On: f.on, From: cpctest.At(t, f.from), Proved: f.proved}
		if f.to != "" {
			b.To = cpctest.At(t, f.to)
		}
		out = append(out, b)
	}
	return out
}

func mail(t *testing.T, on duties.Object, what, at string) duties.Mail {
	return duties.Mail{Mark: duties.Mark{Name: "run", On: on, At: cpctest.At(t, at)}, FailureType: what}
}

// TestWorked runs the catalogue's worked cases: what is excluded, in minutes,
// and under which clause; none means that the incident counts.
func TestWorked(t *testing.T) {
	whole := time.Duration(-1) // the whole run
	cases := []struct {
		tag, kind, edition string
		breaches           []fact
		record             func(t *testing.T) duties.Record
		fails              failure
		excluded           time.Duration
		clause             string
	}{
		{
			tag: "DX-1, VM-1", kind: "C2C_BACKUP", breaches: []fact{{clause: "cpc/S3/3.2", on: vm("vm-1"), from: "2024-03-05 09:00", to: "2024-03-05 18:00"}},
			fails:    failure{"BACKUP_FAILED", vm("vm-1"), "2024-03-05 17:00", "2024-03-05 19:00"},
			excluded: whole, clause: "cpc/S3/3.2",
		},
		{
			tag: "DX-1, VM-2", kind: "C2C_BACKUP", breaches: []fact{{clause: "cpc/S3/3.2", on: vm("vm-1"), from: "2024-03-05 09:00", to: "2024-03-05 18:00"}},
			fails: failure{"BACKUP_FAILED", vm("vm-2"), "2024-03-05 17:00", "2024-03-05 19:00"},
		},
		{
			tag: "S3.2-1 at 17:00", kind: "C2C_BACKUP", breaches: []fact{{clause: "cpc/S3/3.2", on: vm("vm-1"), from: "2024-03-05 09:00", to: "2024-03-05 18:00"}},
			fails: failure{"BACKUP_FAILED", vm("vm-1"), "2024-03-05 17:00", ""}, excluded: whole, clause: "cpc/S3/3.2",
		},
		{
			tag: "S3.2-1 at 19:00", kind: "C2C_BACKUP", breaches: []fact{{clause: "cpc/S3/3.2", on: vm("vm-1"), from: "2024-03-05 09:00", to: "2024-03-05 18:00"}},
			fails: failure{"BACKUP_FAILED", vm("vm-1"), "2024-03-05 19:00", ""},
		},
		{
			tag: "S3.3-1, the unanswered failure itself", kind: "C2C_BACKUP", breaches: []fact{{clause: "cpc/S3/3.3", on: vm("vm-1"), from: "2024-03-05 10:00", to: "2024-03-07 09:00"}},
			record: func(t *testing.T) duties.Record {
				return duties.Record{Mails: []duties.Mail{mail(t, vm("vm-1"), "BACKUP_FAILED", "2024-03-05 10:00")}}
			},
			fails: failure{"BACKUP_FAILED", vm("vm-1"), "2024-03-05 17:00", "2024-03-05 19:00"},
		},
		{
			tag: "S3.3-1, a later failure", kind: "C2C_BACKUP", breaches: []fact{{clause: "cpc/S3/3.3", on: vm("vm-1"), from: "2024-03-05 10:00", to: "2024-03-07 09:00"}},
			record: func(t *testing.T) duties.Record {
				return duties.Record{Mails: []duties.Mail{mail(t, vm("vm-1"), "BACKUP_FAILED", "2024-03-05 10:00")}}
			},
			fails: failure{"BACKUP_FAILED", vm("vm-1"), "2024-03-06 17:00", "2024-03-06 19:00"}, excluded: whole, clause: "cpc/S3/3.3",
		},
		{
			tag: "S3.3-1, after the answer", kind: "C2C_BACKUP", breaches: []fact{{clause: "cpc/S3/3.3", on: vm("vm-1"), from: "2024-03-05 10:00", to: "2024-03-07 09:00"}},
			record: func(t *testing.T) duties.Record {
				return duties.Record{Mails: []duties.Mail{mail(t, vm("vm-1"), "BACKUP_FAILED", "2024-03-05 10:00")}}
			},
			fails: failure{"BACKUP_FAILED", vm("vm-1"), "2024-03-07 09:00", "2024-03-07 11:00"},
		},
		{
			tag: "S3.3 without a mail", kind: "C2C_BACKUP", breaches: []fact{{clause: "cpc/S3/3.3", on: vm("vm-1"), from: "2024-03-05 10:00", to: "2024-03-07 09:00"}},
			fails: failure{"BACKUP_FAILED", vm("vm-1"), "2024-03-06 17:00", "2024-03-06 19:00"},
		},
		{
			tag: "S3.4-1, 150 of 200 GB", kind: "C2C_BACKUP", breaches: []fact{{clause: "cpc/S3/3.4", on: vm("vm-1"), from: "2024-03-05 00:00"}},
			fails: failure{"RESTORE_FAILED", vm("vm-1"), "2024-03-05 10:00", "2024-03-05 11:00"}, excluded: whole, clause: "cpc/S3/3.4",
		},
		{
			tag: "S3.4-1, 200 of 200 GB", kind: "C2C_BACKUP",
			fails: failure{"RESTORE_FAILED", vm("vm-1"), "2024-03-05 10:00", "2024-03-05 11:00"},
		},
		{
			tag: "S4.3-1, 6 March", kind: "C2C_REPLICATION", breaches: []fact{{clause: "cpc/S4/4.3", on: vm("vm-1"), from: "2024-03-05 00:00", to: "2024-03-07 00:00"}},
			fails: failure{"FAILOVER_FAILED", vm("vm-1"), "2024-03-06 10:00", "2024-03-06 11:00"}, excluded: whole, clause: "cpc/S4/4.3",
		},
		{
			tag: "S4.3-1, 8 March", kind: "C2C_REPLICATION", breaches: []fact{{clause: "cpc/S4/4.3", on: vm("vm-1"), from: "2024-03-05 00:00", to: "2024-03-07 00:00"}},
			fails: failure{"FAILOVER_FAILED", vm("vm-1"), "2024-03-08 10:00", "2024-03-08 11:00"},
		},
		{
			tag: "S4.3, down by the disaster itself", kind: "C2C_REPLICATION", breaches: []fact{{clause: "cpc/S4/4.3", on: vm("vm-1"), from: "2024-03-06 09:00", to: "2024-03-06 12:00"}},
			record: func(t *testing.T) duties.Record {
				return duties.Record{Disasters: []duties.Planned{{Name: "outage", On: vm("vm-1"), From: cpctest.At(t, "2024-03-06 09:00")}}}
			},
			fails: failure{"FAILOVER_FAILED", vm("vm-1"), "2024-03-06 10:00", "2024-03-06 11:00"},
		},
		{
			tag: "S4.4-1, answered 09:59", kind: "C2C_REPLICATION", breaches: []fact{{clause: "cpc/S4/4.4", on: vm("vm-1"), from: "2024-03-05 10:00", to: "2024-03-06 09:59"}},
			record: func(t *testing.T) duties.Record {
				return duties.Record{Mails: []duties.Mail{mail(t, vm("vm-1"), "REPLICATION_FAILED", "2024-03-05 10:00")}}
			},
			fails: failure{"REPLICATION_FAILED", vm("vm-1"), "2024-03-05 11:00", "2024-03-06 12:00"},
		},
		{
			tag: "S4.4-1, answered 10:01", kind: "C2C_REPLICATION", breaches: []fact{{clause: "cpc/S4/4.4", on: vm("vm-1"), from: "2024-03-05 10:00", to: "2024-03-06 10:01"}},
			record: func(t *testing.T) duties.Record {
				return duties.Record{Mails: []duties.Mail{mail(t, vm("vm-1"), "REPLICATION_FAILED", "2024-03-05 10:00")}}
			},
			fails: failure{"REPLICATION_FAILED", vm("vm-1"), "2024-03-05 11:00", "2024-03-06 12:00"}, excluded: whole, clause: "cpc/S4/4.4",
		},
		{
			tag: "S4.5-1, 499 of 500 GB", kind: "C2C_REPLICATION", breaches: []fact{{clause: "cpc/S4/4.5", on: vm("vm-1"), from: "2024-03-05 00:00"}},
			fails: failure{"FAILBACK_FAILED", vm("vm-1"), "2024-03-05 10:00", "2024-03-05 11:00"}, excluded: whole, clause: "cpc/S4/4.5",
		},
		{
			tag: "S4.7-1, notice 10:05", kind: "C2C_REPLICATION", edition: "ZT",
			breaches: []fact{{clause: "cpc/S4/4.7", on: duties.Object{Service: backup, Unit: "vm-1", Group: "g"}, from: "2024-03-05 10:00"}},
			fails:    failure{"REPLICATION_FAILED", duties.Object{Service: backup, Unit: "vm-2", Group: "g"}, "2024-03-05 11:00", "2024-03-05 12:00"},
			excluded: whole, clause: "cpc/S4/4.7",
		},
		{
			tag: "S4.7-1, notice 09:30", kind: "C2C_REPLICATION", edition: "ZT",
			fails: failure{"REPLICATION_FAILED", vm("vm-1"), "2024-03-05 11:00", "2024-03-05 12:00"},
		},
		{
			tag: "S4.7, no such edition", kind: "C2C_REPLICATION", breaches: []fact{{clause: "cpc/S4/4.7", on: vm("vm-1"), from: "2024-03-05 10:00"}},
			fails: failure{"REPLICATION_FAILED", vm("vm-1"), "2024-03-05 11:00", "2024-03-05 12:00"},
		},
		{
			tag: "S5.1-1", kind: "GSLB", breaches: []fact{{clause: "cpc/S5/5.1", on: service, from: "2024-03-05 08:00", to: "2024-03-05 12:00"}},
			fails: failure{"OUTAGE", service, "2024-03-05 07:30", "2024-03-05 09:00"}, excluded: 60 * time.Minute, clause: "cpc/S5/5.1",
		},
		{
			tag: "S7.2, data integrity", kind: "SNAPSHOT",
			fails: failure{"DATA_INTEGRITY", service, "2024-03-05 10:00", "2024-03-05 11:00"}, excluded: whole, clause: "cpc/S7/7.2",
		},
		{
			tag: "S7.1, recorded only", kind: "SNAPSHOT", breaches: []fact{{clause: "cpc/S7/7.1", on: vm("vm-1"), from: "2024-02-28 00:00"}},
			fails: failure{"VM_INTERRUPTION", vm("vm-1"), "2024-02-28 10:00", "2024-02-28 11:00"},
		},
		{
			tag: "S8.6-1, cluster A", kind: "VONE", breaches: []fact{{clause: "cpc/S8/8.6", on: duties.Object{Service: backup, Unit: "node-1", Group: "a"}, from: "2024-03-01 00:00"}},
			fails:    failure{"VM_INTERRUPTION", duties.Object{Service: backup, Unit: "vm-7", Group: "a"}, "2024-03-05 10:00", "2024-03-05 11:30"},
			excluded: 90 * time.Minute, clause: "cpc/S8/8.6",
		},
		{
			tag: "S8.6-1, cluster B", kind: "VONE", breaches: []fact{{clause: "cpc/S8/8.6", on: duties.Object{Service: backup, Unit: "node-1", Group: "a"}, from: "2024-03-01 00:00"}},
			fails: failure{"VM_INTERRUPTION", duties.Object{Service: backup, Unit: "vm-8", Group: "b"}, "2024-03-05 10:00", "2024-03-05 11:30"},
		},
		{
			tag: "S9.1-1", kind: "V2C_REPLICATION", breaches: []fact{{clause: "cpc/S9/9.1", on: vm("manager"), from: "2024-03-05 00:00"}},
			fails: failure{"FAILOVER_FAILED", vm("vm-1"), "2024-03-06 10:00", "2024-03-06 11:00"}, excluded: whole, clause: "cpc/S9/9.1",
		},
		{
			tag: "S9.5-1", kind: "V2C_REPLICATION", breaches: []fact{{clause: "cpc/S9/9.5", on: vm("vm-1"), from: "2024-03-05 00:00", to: "2024-03-06 00:00"}},
			fails: failure{"FAILBACK_FAILED", vm("vm-1"), "2024-03-05 10:00", "2024-03-05 11:00"}, excluded: whole, clause: "cpc/S9/9.5",
		},
		{
			tag: "S9.6-1, answered in an hour", kind: "V2C_REPLICATION",
			fails: failure{"REPLICATION_FAILED", vm("vm-1"), "2024-03-05 10:00", "2024-03-05 11:00"}, excluded: whole, clause: "cpc/S9/9.6",
		},
		{
			tag: "S9.6-1, contrast 4.4", kind: "C2C_REPLICATION",
			fails: failure{"REPLICATION_FAILED", vm("vm-1"), "2024-03-05 10:00", "2024-03-05 11:00"},
		},
		{
			tag: "S9.7-1, space enough", kind: "V2C_REPLICATION",
			fails: failure{"FAILOVER_FAILED", vm("vm-1"), "2024-03-05 10:00", "2024-03-05 11:00"},
		},
		{
			tag: "S9.9-1, before the next good sync", kind: "V2C_REPLICATION", edition: "ZT",
			breaches: []fact{{clause: "cpc/S9/9.9", on: vm("vm-1"), from: "2024-03-05 10:00"}},
			record: func(t *testing.T) duties.Record {
				return duties.Record{Syncs: []duties.Mark{{Name: "sync", On: vm("vm-1"), At: cpctest.At(t, "2024-03-06 03:00")}}}
			},
			fails: failure{"FAILOVER_FAILED", vm("vm-1"), "2024-03-05 20:00", "2024-03-05 21:00"}, excluded: whole, clause: "cpc/S9/9.9",
		},
		{
			tag: "S9.9-1, after it", kind: "V2C_REPLICATION", edition: "ZT",
			breaches: []fact{{clause: "cpc/S9/9.9", on: vm("vm-1"), from: "2024-03-05 10:00"}},
			record: func(t *testing.T) duties.Record {
				return duties.Record{Syncs: []duties.Mark{{Name: "sync", On: vm("vm-1"), At: cpctest.At(t, "2024-03-06 03:00")}}}
			},
			fails: failure{"FAILOVER_FAILED", vm("vm-1"), "2024-03-06 20:00", "2024-03-06 21:00"},
		},
		{
			tag: "S10.1-1, one of the three", kind: "DAAS", breaches: []fact{{clause: "cpc/S10/10.1", on: vm("desk-3"), from: "2024-03-01 00:00"}},
			fails: failure{"ACCESS", vm("desk-3"), "2024-03-05 10:00", "2024-03-05 11:00"}, excluded: time.Hour, clause: "cpc/S10/10.1",
		},
		{
			tag: "S10.1-1, one of the 97", kind: "DAAS", breaches: []fact{{clause: "cpc/S10/10.1", on: vm("desk-3"), from: "2024-03-01 00:00"}},
			fails: failure{"ACCESS", vm("desk-4"), "2024-03-05 10:00", "2024-03-05 11:00"},
		},
		{
			tag: "S11.1-1 at 01:30", kind: "P2C_REPLICATION", breaches: []fact{{clause: "cpc/S11/11.1", on: service, from: "2024-03-05 01:00", to: "2024-03-05 02:00"}},
			fails: failure{"REPLICATION_FAILED", vm("host-1"), "2024-03-05 01:30", ""}, excluded: whole, clause: "cpc/S11/11.1",
		},
		{
			tag: "S11.1-1 at 02:30", kind: "P2C_REPLICATION", breaches: []fact{{clause: "cpc/S11/11.1", on: service, from: "2024-03-05 01:00", to: "2024-03-05 02:00"}},
			fails: failure{"REPLICATION_FAILED", vm("host-1"), "2024-03-05 02:30", ""},
		},
		{
			tag: "S11.5-1, off at noon", kind: "P2C_REPLICATION", breaches: []fact{{clause: "cpc/S11/11.5", on: vm("host-1"), from: "2024-03-05 12:00", to: "2024-03-05 14:00"}},
			record: nightly, fails: failure{"REPLICATION_FAILED", vm("host-1"), "2024-03-05 12:00", "2024-03-05 13:00"},
		},
		{
			tag: "S11.5-1, off in the window", kind: "P2C_REPLICATION", breaches: []fact{{clause: "cpc/S11/11.5", on: vm("host-1"), from: "2024-03-05 02:00", to: "2024-03-05 02:30"}},
			record: nightly, fails: failure{"REPLICATION_FAILED", vm("host-1"), "2024-03-05 01:00", "2024-03-05 03:00"}, excluded: whole, clause: "cpc/S11/11.5",
		},
		{
			tag: "S11.6-1, answered at the last instant", kind: "P2C_REPLICATION", breaches: []fact{{clause: "cpc/S11/11.6", on: vm("host-1"), from: "2024-03-05 10:00", to: "2024-03-06 10:00"}},
			record: func(t *testing.T) duties.Record {
				return duties.Record{Mails: []duties.Mail{mail(t, vm("host-1"), "REPLICATION_FAILED", "2024-03-05 10:00")}}
			},
			fails: failure{"REPLICATION_FAILED", vm("host-1"), "2024-03-06 09:00", "2024-03-06 11:00"},
		},
		{
			tag: "S11.7-1, 800 of 800 GB", kind: "P2C_REPLICATION",
			fails: failure{"FAILOVER_FAILED", vm("host-1"), "2024-03-05 10:00", "2024-03-05 11:00"},
		},
		{
			tag: "S12.1-1 at 09:00", kind: "MAIL", breaches: []fact{{clause: "cpc/S12/12.1", on: service, from: "2024-03-05 08:00", to: "2024-03-05 12:00"}},
			fails: failure{"DATA_LOSS", service, "2024-03-05 09:00", ""}, excluded: whole, clause: "cpc/S12/12.1",
		},
		{
			tag: "S12.1-1 at 13:00", kind: "MAIL", breaches: []fact{{clause: "cpc/S12/12.1", on: service, from: "2024-03-05 08:00", to: "2024-03-05 12:00"}},
			fails: failure{"DATA_LOSS", service, "2024-03-05 13:00", ""},
		},
		{
			tag: "S14.1-1", kind: "A2C_BACKUP", breaches: []fact{{clause: "cpc/S14/14.1", on: vm("job-7"), from: "2024-03-05 00:00"}},
			fails: failure{"BACKUP_FAILED", vm("job-7"), "2024-03-05 10:00", "2024-03-05 11:00"}, excluded: whole, clause: "cpc/S14/14.1",
		},
		{
			tag: "S14.2-1, proved", kind: "A2C_BACKUP", breaches: []fact{{clause: "cpc/S14/14.2(i)", on: vm("job-7"), from: "2024-05-03 00:00", proved: true}},
			fails: failure{"RESTORE_FAILED", vm("job-7"), "2024-05-03 10:00", "2024-05-03 11:00"}, excluded: whole, clause: "cpc/S14/14.2(i)",
		},
		{
			tag: "S14.2-1, not proved", kind: "A2C_BACKUP", breaches: []fact{{clause: "cpc/S14/14.2(i)", on: vm("job-7"), from: "2024-05-03 00:00"}},
			fails: failure{"RESTORE_FAILED", vm("job-7"), "2024-05-03 10:00", "2024-05-03 11:00"},
		},
		{
			tag: "S14.2i-1, the other job", kind: "A2C_BACKUP", breaches: []fact{{clause: "cpc/S14/14.2(i)", on: vm("job-7"), from: "2024-05-03 00:00", proved: true}},
			fails: failure{"RESTORE_FAILED", vm("job-8"), "2024-05-03 10:00", "2024-05-03 11:00"},
		},
		{
			tag: "S14.2ii-1", kind: "A2C_BACKUP", breaches: []fact{{clause: "cpc/S14/14.2(ii)", on: vm("job-8"), from: "2024-04-01 00:00", proved: true}},
			fails: failure{"RESTORE_FAILED", vm("job-8"), "2024-05-03 10:00", "2024-05-03 11:00"}, excluded: whole, clause: "cpc/S14/14.2(ii)",
		},
		{
			tag: "S14.3-1, notice 10:45", kind: "A2C_BACKUP", breaches: []fact{{clause: "cpc/S14/14.3", on: service, from: "2024-05-03 10:00", to: "2024-05-03 10:45"}},
			fails: failure{"OUTAGE", service, "2024-05-03 10:00", "2024-05-03 12:00"},
		},
		{
			tag: "S14.3-1, notice on 6 May", kind: "A2C_BACKUP", breaches: []fact{{clause: "cpc/S14/14.3", on: service, from: "2024-05-03 10:00", to: "2024-05-06 00:00"}},
			fails: failure{"OUTAGE", service, "2024-05-03 10:00", "2024-05-03 12:00"}, excluded: time.Hour, clause: "cpc/S14/14.3",
		},
		{
			tag: "S1.11, linked by a person", kind: "LSLB", breaches: []fact{{clause: "cpc/S1/1.11", on: service, from: "2024-05-06 00:00", proved: true}},
			fails: failure{"PERFORMANCE", service, "2024-05-06 10:00", "2024-05-06 10:30"}, excluded: 30 * time.Minute, clause: "cpc/S1/1.11",
		},
	}
	r := cpctest.Terms(t, nil)
	for _, c := range cases {
		t.Run(c.tag, func(t *testing.T) {
			var rec duties.Record
			if c.record != nil {
				rec = c.record(t)
			}
			i := c.fails.incident(t)
			got := duties.Of(r, c.kind, c.edition).Exclude(i, breachesOf(t, c.breaches), rec)
			if c.clause == "" {
				if len(got) > 0 {
					t.Fatalf("excluded by %s, want it counted", got[0].Clause)
				}
				return
			}
			if len(got) != 1 || got[0].Clause != c.clause {
				t.Fatalf("got %+v, want one exclusion by %s", got, c.clause)
			}
			want := c.excluded
			if want == whole {
				want = i.To.Sub(i.From)
			}
			x := got[0]
			if x.To.Sub(x.From) != want || x.Whole != (c.excluded == whole) {
				t.Errorf("excluded %s (whole %t), want %s", x.To.Sub(x.From), x.Whole, want)
			}
			cpctest.Explained(t, x.Explanation, seconds(want), c.clause)
		})
	}
}

// nightly is the provider's replication window, 01:00 to 03:00.
func nightly(t *testing.T) duties.Record {
	return duties.Record{Schedule: []duties.Planned{{Name: "window", On: service, From: cpctest.At(t, "2024-03-05 01:00"), To: cpctest.At(t, "2024-03-05 03:00")}}}
}

// TestCapacity is S7.3-1 and S7.3-2: a store that ran full after the warning at
// 85.2 % is the customer's breach until it is below full; without the warning it
// is none.
func TestCapacity(t *testing.T) {
	rules := duties.Of(cpctest.Terms(t, nil), "SNAPSHOT", "")
	at := func(s string) time.Time { return cpctest.At(t, s) }
	warned := []duties.Crossing{
		{At: at("2024-03-07 10:00"), Percent: 85, Notified: true},
		{At: at("2024-03-05 10:00"), Percent: 100, Notified: true},
		{At: at("2024-03-04 10:00"), Percent: 85, Notified: true},
	}
	d, full, ok := rules.Capacity(warned)
	if !ok || d.Clause != "cpc/S7/7.3" || len(full) != 1 || !full[0].From.Equal(at("2024-03-05 10:00")) || !full[0].To.Equal(at("2024-03-07 10:00")) {
		t.Fatalf("%+v %v", full, ok)
	}
	breach := duties.Breach{Name: "breach", Clause: d.Clause, On: service, From: full[0].From, To: full[0].To}
	i := failure{"VM_INTERRUPTION", vm("vm-1"), "2024-03-05 11:00", "2024-03-05 12:00"}.incident(t)
	if got := rules.Exclude(i, []duties.Breach{breach}, duties.Record{}); len(got) != 1 || got[0].Clause != d.Clause {
		t.Errorf("an interruption while the store is full: %+v", got)
	}
	if _, full, _ := rules.Capacity([]duties.Crossing{{At: at("2024-03-05 10:00"), Percent: 100}}); len(full) > 0 {
		t.Errorf("without a warning: %+v", full)
	}
	if _, full, _ := rules.Capacity([]duties.Crossing{{At: at("2024-03-05 10:00"), Percent: 100, Notified: true}}); len(full) != 1 || !full[0].To.IsZero() {
		t.Errorf("a store that is still full: %+v", full)
	}
	if _, _, ok := duties.Of(cpctest.Terms(t, nil), "COMPUTE", "").Capacity(nil); ok {
		t.Error("a service without a store has the duty")
	}
}

// TestReply is the time to answer of S3.3-1, S4.4-1 and S11.6-1: 24 hours from
// the message, its last instant included.
func TestReply(t *testing.T) {
	r := cpctest.Terms(t, nil)
	for kind, want := range map[string][2]string{
		"C2C_BACKUP": {"BACKUP_FAILED", "cpc/S3/3.3"}, "C2C_REPLICATION": {"REPLICATION_FAILED", "cpc/S4/4.4"},
		"P2C_REPLICATION": {"REPLICATION_FAILED", "cpc/S11/11.6"}, "V2C_REPLICATION": {"REPLICATION_FAILED", "cpc/S9/9.6"},
	} {
		d, due, ok := duties.Of(r, kind, "").Reply(want[0], cpctest.At(t, "2024-03-05 10:00"))
		if !ok || d.Clause != want[1] || !due.Equal(cpctest.At(t, "2024-03-06 10:00")) {
			t.Errorf("%s: %s %v %t", kind, d.Clause, due, ok)
		}
	}
	four := cpctest.Terms(t, map[string]string{"prompt_reply_hours": "4"})
	if _, due, _ := duties.Of(four, "C2C_BACKUP", "").Reply("BACKUP_FAILED", cpctest.At(t, "2024-03-05 10:00")); !due.Equal(cpctest.At(t, "2024-03-05 14:00")) {
		t.Errorf("four hours end %v", due)
	}
	for kind, failure := range map[string]string{"C2C_BACKUP": "RESTORE_FAILED", "COMPUTE": "BACKUP_FAILED", "A2C_BACKUP": "BACKUP_FAILED"} {
		if _, _, ok := duties.Of(r, kind, "").Reply(failure, zero); ok {
			t.Errorf("%s: %s asks for an answer", kind, failure)
		}
	}
}

func seconds(d time.Duration) string { return explainInt(int64(d / time.Second)) }
