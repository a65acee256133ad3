package custody_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"cloudpact.dev/services/compliance/internal/custody"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms/cpctest"
)

func day(s string) date.Date {
	if s == "" {
		return date.Date{}
	}
	return date.MustParse(s)
}

var price = money.MustParse("HKD", "7200.00")

func TestReturn(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	for _, c := range []struct{ tag, last, want string }{
		{"W:20-1 leap year", "2024-02-23", "2024-03-01"},
		{"W:20-1", "2023-02-23", "2023-03-02"},
		{"W:31ii-1", "2024-11-30", "2024-12-07"},
	} {
		r, owed := custody.Due(cpc, "asset", custody.Use{LastDay: day(c.last)})
		if !owed || r.LastDay != day(c.want) || r.StopFrom != day(c.last).AddDays(1) || r.OverdueFrom != day(c.want).AddDays(1) {
			t.Errorf("%s: %+v", c.tag, r)
			continue
		}
		cpctest.Explained(t, r.Explanation, c.want, "cpc/20")
	}
}

// [W:20-2].
func TestSharedAssetStays(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	ended, live := custody.Use{LastDay: day("2024-02-23")}, custody.Use{}
	if _, owed := custody.Due(cpc, "asset", ended, live); owed {
		t.Error("an asset that a live service uses is to be returned")
	}
	r, owed := custody.Due(cpc, "asset", ended, custody.Use{LastDay: day("2024-03-23")})
	if !owed || r.LastDay != day("2024-03-30") {
		t.Errorf("%v %+v", owed, r)
	}
	cpctest.Explained(t, r.Explanation, "2024-03-30", "cpc/20")
	if _, owed := custody.Due(cpc, "asset"); owed {
		t.Error("an asset without a service is to be returned")
	}
}

func TestExpiryIsAnEnd(t *testing.T) {
	if _, owed := custody.Due(cpctest.Terms(t, nil), "asset", custody.Use{LastDay: day("2024-02-23"), Expired: true}); !owed {
		t.Error("a service that expired has ended as well")
	}
}

// The price of what is not returned: [W:21-1]; of what is lost: [W:18-1].
func TestDemand(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	for _, c := range []struct{ tag, on, want string }{
		{"W:21-1 leap year", "2024-02-16", "2024-03-01"},
		{"W:21-1", "2023-02-16", "2023-03-02"},
	} {
		d, ok := custody.ForReturn(cpc, "asset", price, day(c.on))
		if !ok || d.PaymentLastDay != day(c.want) || d.Price != price || d.Clause != "cpc/21" {
			t.Errorf("%s: %+v", c.tag, d)
		}
		cpctest.Explained(t, d.Explanation, c.want, "cpc/21")
	}
	d, ok := custody.ForLoss(cpc, "asset", price, day("2024-05-03"))
	if !ok || d.PaymentLastDay != day("2024-05-17") || d.Price != price || d.Clause != "cpc/18" {
		t.Errorf("W:18-1: %+v", d)
	}
	cpctest.Explained(t, d.Explanation, "2024-05-17", "cpc/18")
}

// [W:18-1], [W:18-2], and one price per asset.
func TestChargeable(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	delivered := day("2024-01-10")
	for _, c := range []struct {
		name string
		loss custody.Loss
		want bool
	}{
		{"W:18-1 stolen", custody.Loss{Delivered: delivered, On: day("2024-05-03")}, true},
		{"W:18-2 before delivery", custody.Loss{Delivered: delivered, On: day("2024-01-09")}, false},
		{"W:18-2 worn fan", custody.Loss{Delivered: delivered, On: day("2024-05-03"), WearAndTear: true}, false},
		{"never delivered", custody.Loss{On: day("2024-05-03")}, false},
		{"priced before", custody.Loss{Delivered: delivered, On: day("2024-05-03"), Charged: true}, false},
	} {
		if got := custody.Chargeable(cpc, c.loss); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	twice := cpctest.Terms(t, nil)
	if custody.CheckEvidence(twice, "") == nil || custody.CheckEvidence(twice, "quotation") != nil {
		t.Error("evidence")
	}
}

// [W:21-2] and the reading on late returns.
func TestLateReturn(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	for _, c := range []struct {
		name    string
		receipt custody.Receipt
		want    bool
	}{
		{"in time, nothing demanded", custody.Receipt{On: day("2024-03-01"), Condition: custody.OK}, false},
		{"late, before the demand", custody.Receipt{On: day("2024-03-05"), Condition: custody.OK}, false},
		{"late, price open", custody.Receipt{On: day("2024-03-05"), Condition: custody.OK, Demanded: true}, true},
		{"late and damaged", custody.Receipt{On: day("2024-03-05"), Condition: custody.Damaged, Demanded: true}, false},
		{"after the price was paid", custody.Receipt{On: day("2024-03-05"), Condition: custody.OK, Demanded: true, Paid: day("2024-03-04")}, false},
		{"recorded after, but returned before the payment", custody.Receipt{On: day("2024-03-03"), Condition: custody.OK, Demanded: true, Paid: day("2024-03-04")}, true},
	} {
		if got := custody.Withdraws(cpc, c.receipt); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// [W:19-1].
func TestEmergencyDisconnection(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	at := time.Date(2024, 5, 3, 14, 0, 0, 0, cpc.Zone())
	remind, late := custody.Disconnection(cpc, at, at.Add(20*time.Minute))
	if late || !remind.Equal(at.Add(24*time.Hour)) {
		t.Errorf("reported after 20 minutes: late %v, reminder %s", late, remind)
	}
	if _, late := custody.Disconnection(cpc, at, time.Date(2024, 5, 5, 0, 0, 0, 0, cpc.Zone())); !late {
		t.Error("reported two days later, and not late")
	}
}

func TestStand(t *testing.T) {
	r := custody.Return{StopFrom: day("2024-02-24"), LastDay: day("2024-03-01"), OverdueFrom: day("2024-03-02")}
	for _, c := range []struct {
		was   custody.State
		owed  bool
		today string
		want  custody.State
	}{
		{custody.InCustody, true, "2024-02-23", custody.InCustody},
		{custody.InCustody, true, "2024-02-24", custody.ReturnDue},
		{custody.ReturnDue, true, "2024-03-01", custody.ReturnDue},
		{custody.ReturnDue, true, "2024-03-02", custody.ReturnOverdue},
		{custody.ReturnDue, false, "2024-03-02", custody.InCustody},
		{custody.Demanded, true, "2024-03-02", custody.Demanded},
		{custody.Returned, true, "2024-03-02", custody.Returned},
		{custody.Registered, true, "2024-03-02", custody.Registered},
	} {
		if got := custody.Stand(c.was, r, c.owed, day(c.today)); got != c.want {
			t.Errorf("%s on %s: %s, want %s", c.was, c.today, got, c.want)
		}
	}
	if custody.Registered.With() || !custody.Demanded.With() || custody.Lost.With() {
		t.Error("who has the asset")
	}
}

// An asset is never overdue on its last day, and always on the next; a later end
// of service never makes the return earlier.
func TestLaws(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		last := date.New(2020, 1, 1).AddDays(rapid.IntRange(0, 4000).Draw(t, "last"))
		later := last.AddDays(rapid.IntRange(0, 400).Draw(t, "later"))
		r, owed := custody.Due(cpc, "asset", custody.Use{LastDay: last})
		s, _ := custody.Due(cpc, "asset", custody.Use{LastDay: last}, custody.Use{LastDay: later})
		if !owed || r.LastDay.Sub(last) != 7 || s.LastDay.Before(r.LastDay) {
			t.Fatalf("%+v %+v", r, s)
		}
		if custody.Stand(custody.InCustody, r, true, r.LastDay) != custody.ReturnDue ||
			custody.Stand(custody.ReturnDue, r, true, r.LastDay.AddDays(1)) != custody.ReturnOverdue {
			t.Fatal("around the last day")
		}
	})
}
