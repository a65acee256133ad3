package app

import (
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/token/internal/store"
)

// The types of the service's changes.
const (
	TypeLotGranted         = "lot_granted"
	TypeLotCut             = "lot_cut"
	TypeLotExpired         = "lot_expired"
	TypeTokenUsed          = "token_used"
	TypeTokenReserved      = "token_reserved"
	TypeTokenReleased      = "token_released"
	TypeReservationLapsed  = "reservation_lapsed"
	TypeOverageQuoted      = "overage_quoted"
	TypeOverageAgreed      = "overage_agreed"
	TypeOverageUsed        = "overage_used"
	TypeOverageWithdrawn   = "overage_withdrawn"
	TypeCorrectionApproved = "correction_approved"
	TypeCapacityCrossed    = "snapshot_capacity_crossed"
)

// LotGranted says that a lot was opened.
type LotGranted struct {
	Sub         store.Sub
	Ledger      string
	Year        int
	Allotment   int
	From, To    date.Date
	Prorated    bool
	Provisional bool
}

// LotCut says that a lot was cut anew.
type LotCut struct {
	Sub                 store.Sub
	Ledger              string
	Year                int
	Allotment, Previous int
	From, To            date.Date
}

// LotExpired says that what was left of a lot lapsed.
type LotExpired struct {
	Sub    store.Sub
	Ledger string
	Year   int
	Tokens int
}

// TokenUsed says that the uses of one call were recorded.
type TokenUsed struct {
	Sub  store.Sub
	Uses []*store.Redemption
}

// TokenReserved says that a token is held, TokenReleased that it was given
// back, ReservationLapsed that its time limit passed.
type (
	TokenReserved     struct{ Reservation store.Reservation }
	TokenReleased     struct{ Reservation store.Reservation }
	ReservationLapsed struct{ Reservation store.Reservation }
)

// OverageQuoted says that a price was named, OverageAgreed that the customer
// agreed to it, OverageWithdrawn that a use is not chargeable any more.
type (
	OverageQuoted    struct{ Overage store.Overage }
	OverageAgreed    struct{ Overage store.Overage }
	OverageWithdrawn struct {
		Sub          store.Sub
		ID, Identity string
	}
)

// OverageUsed says that a use beyond the allotment is chargeable.
type OverageUsed struct {
	Sub           store.Sub
	ID            string
	Ledger        string
	Year, Ordinal int
	Identity      string
	Price         *money.Money
	UseDay        date.Date
	Retroactive   bool
	Clause        string
}

// CorrectionApproved says that two people corrected a lot.
type CorrectionApproved struct {
	Sub    store.Sub
	ID     string
	Ledger string
	Year   int
	Tokens int
}

// CapacityCrossed says that a snapshot store crossed a threshold.
type CapacityCrossed struct {
	Sub      store.Sub
	Percent  int
	Reported time.Time
	Notified bool
}
