package deposit_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/billing/internal/deposit"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms/cpctest"
)

func hkd(s string) money.Money { return money.MustParse("HKD", s) }

func day(s string) date.Date { return date.MustParse(s) }

func held(t testing.TB, amount string) deposit.Deposit {
	t.Helper()
	d, err := deposit.Demand(cpctest.Terms(t, nil), deposit.Allow(deposit.New("HKD")), hkd(amount), day("2024-06-03"), false)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = deposit.Receive(cpctest.Terms(t, nil), d, "in", hkd(amount), day("2024-06-14")); err != nil || d.State != deposit.Held {
		t.Fatal(d.State, err)
	}
	return d
}

func TestDemand(t *testing.T) {
	r := cpctest.Terms(t, nil)
	for _, c := range []struct{ tag, on, by string }{{"W:12-1", "2024-06-03", "2024-06-17"}, {"W:12-2", "2024-02-16", "2024-03-01"}} {
		d, err := deposit.Demand(r, deposit.Allow(deposit.New("HKD")), hkd("15000.00"), day(c.on), false)
		if err != nil || d.Deadline != day(c.by) || d.State != deposit.Demanded {
			t.Errorf("%s: %s by %s, %v", c.tag, d.State, d.Deadline, err)
		}
		if d, ok := deposit.Miss(d); !ok || d.State != deposit.Defaulted {
			t.Errorf("%s: not in default", c.tag)
		}
	}
	refused(t, "DEPOSIT_NOT_DEMANDABLE", func() error {
		_, err := deposit.Demand(r, deposit.New("HKD"), hkd("1"), day("2024-06-03"), false)
		return err
	})
	refused(t, "DEPOSIT_STATE", func() error {
		_, err := deposit.Demand(r, held(t, "15000.00"), hkd("20000"), day("2024-07-03"), false)
		return err
	})
	refused(t, "AMOUNT_EXCEEDS", func() error {
		_, err := deposit.Receive(r, deposit.Deposit{State: deposit.Demanded, Required: hkd("10"), Balance: hkd("0")}, "x", hkd("11"), day("2024-06-03"))
		return err
	})
}

func refused(t *testing.T, reason string, f func() error) {
	t.Helper()
	var r *deposit.Refusal
	if err := f(); !errors.As(err, &r) || r.Reason != reason {
		t.Errorf("%v, want %s", err, reason)
	}
}

func TestDraw(t *testing.T) {
	r := cpctest.Terms(t, nil)
	// [W:13-1]
	if got := deposit.DrawableFrom(r, day("2024-05-31")); got != day("2024-07-01") {
		t.Errorf("[W:13-1] %s", got)
	}
	// [W:13-2]
	d, err := deposit.Draw(r, held(t, "15000.00"), "d1", hkd("5000.00"), hkd("5000.00"), day("2024-07-02"), day("2024-07-02"), false)
	if err != nil || d.Balance != hkd("10000.00") || d.State != deposit.Short {
		t.Fatalf("[W:13-2] %s %s, %v", d.Balance, d.State, err)
	}
	if d, err = deposit.Demand(r, d, money.Zero("HKD"), day("2024-07-02"), false); err != nil || d.Deadline != day("2024-07-09") || d.Shortfall() != hkd("5000.00") {
		t.Errorf("[W:13-2] by %s, %v", d.Deadline, err)
	}
	if d, err = deposit.Receive(cpctest.Terms(t, nil), d, "top", hkd("5000.00"), day("2024-07-08")); err != nil || d.State != deposit.Held || d.Balance != hkd("15000.00") {
		t.Errorf("topped up: %s %s, %v", d.State, d.Balance, err)
	}
	// [W:13-3]
	d, err = deposit.Draw(r, held(t, "15000.00"), "d2", hkd("15000.00"), hkd("18000.00"), day("2024-07-01"), day("2024-07-02"), false)
	if err != nil || !d.Balance.IsZero() {
		t.Errorf("[W:13-3] %s, %v", d.Balance, err)
	}
	for name, f := range map[string]func() error{
		"more than held": func() error {
			_, err := deposit.Draw(r, held(t, "15000.00"), "d", hkd("15000.01"), hkd("18000.00"), day("2024-07-02"), day("2024-07-02"), false)
			return err
		},
		"more than owed": func() error {
			_, err := deposit.Draw(r, held(t, "15000.00"), "d", hkd("100.01"), hkd("100.00"), day("2024-07-02"), day("2024-07-02"), false)
			return err
		},
		"nothing owed": func() error {
			_, err := deposit.Draw(r, held(t, "15000.00"), "d", hkd("1.00"), hkd("0.00"), day("2024-07-02"), day("2024-07-02"), false)
			return err
		},
		"notice after the draw": func() error {
			_, err := deposit.Draw(r, held(t, "15000.00"), "d", hkd("1.00"), hkd("1.00"), day("2024-07-03"), day("2024-07-02"), false)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { refused(t, "DRAW_NOT_ALLOWED", f) })
	}
}

func TestRefund(t *testing.T) {
	r := cpctest.Terms(t, nil)
	for _, c := range []struct{ tag, amount, costs, ended, by, want string }{
		{"W:14-1", "15000.00", "120.00", "2024-12-31", "2025-01-14", "14880.00"},
		{"W:14-2", "15000.00", "0.00", "2024-02-16", "2024-03-01", "15000.00"},
		{"W:14-3", "100.00", "120.00", "2024-12-31", "2025-01-14", "0.00"},
		{"W:1dep-1", "15000.00", "0.00", "2025-01-14", "2025-01-28", "15000.00"},
	} {
		d := held(t, c.amount)
		if c.costs != "0.00" {
			var err error
			if d, err = deposit.Cost(d, "bank", hkd(c.costs), day("2024-06-30")); err != nil {
				t.Fatal(err)
			}
		}
		d = deposit.End(r, d, day(c.ended))
		got, how := deposit.Refundable(r, d, hkd("0"))
		if got != hkd(c.want) || d.Deadline != day(c.by) || explain.Check(how) != nil {
			t.Errorf("%s: %s by %s", c.tag, got, d.Deadline)
		}
		_, m, err := deposit.Refund(r, d, "out", hkd("0"), day(c.ended))
		if c.want == "0.00" {
			refused(t, "NOTHING_TO_REFUND", func() error { return err })
		} else if err != nil || m.Amount != hkd(c.want) {
			t.Errorf("%s: refunded %s, %v", c.tag, m.Amount, err)
		}
		refused(t, "DEPOSIT_STATE", func() error {
			_, _, err := deposit.Refund(r, d, "out", hkd("0.01"), day(c.ended))
			return err
		})
	}
}

// TestNeverNegative: whatever is provided, drawn and refunded, the balance is the
// sum of the movements and never below zero or above what was demanded.
func TestNeverNegative(t *testing.T) {
	r := cpctest.Terms(t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		d := deposit.Allow(deposit.New("HKD"))
		on := day("2024-06-03")
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			m := money.New("HKD", rapid.Int64Range(1, 2000).Draw(rt, "amount"))
			var next deposit.Deposit
			var err error
			switch rapid.IntRange(0, 5).Draw(rt, "step") {
			case 0:
				next, err = deposit.Demand(r, d, m, on, false)
			case 1:
				next, err = deposit.Demand(r, d, money.Zero("HKD"), on, false)
			case 2:
				next, err = deposit.Receive(cpctest.Terms(t, nil), d, "m", m, on)
			case 3:
				next, err = deposit.Draw(r, d, "m", m, money.New("HKD", rapid.Int64Range(0, 2000).Draw(rt, "owed")), on, on, false)
			case 4:
				next = deposit.End(r, d, on)
			default:
				next, _, err = deposit.Refund(r, d, "m", hkd("0"), on)
			}
			if err != nil {
				continue
			}
			d = next
			sum := money.Zero("HKD")
			for _, mv := range d.Movements {
				switch mv.Kind {
				case deposit.KindReceipt:
					sum = sum.Add(mv.Amount)
				case deposit.KindDraw, deposit.KindRefund:
					sum = sum.Sub(mv.Amount)
				}
			}
			if d.Balance != sum || d.Balance.Sign() < 0 || d.Balance.Cmp(d.Required) > 0 {
				rt.Fatalf("balance %s, movements %s, demanded %s", d.Balance, sum, d.Required)
			}
		}
	})
}
