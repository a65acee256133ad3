package terms

import (
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/ratio"
)

// Counting says how time limits are counted.
type Counting struct {
	// Clauses it rests on.
	Clauses []string `json:"clauses,omitempty"`
	// CORRESPONDING_DATE_CLAMPED or ROLL_TO_NEXT_DAY.
	MonthRule Setting `json:"month_rule,omitzero"`
	// EXCLUDED where the day of the trigger is not counted, or INCLUDED.
	DayZero Setting `json:"day_zero,omitzero"`
	// NONE or NEXT_WORKING_DAY for a limit that ends on a holiday.
	HolidayRoll Setting `json:"holiday_roll,omitzero"`
	// Calendar of working days: HK, PRC or BOTH.
	WorkingDayCalendar Setting `json:"working_day_calendar,omitzero"`
	// True where an ordinary Saturday is a working day.
	SaturdayIsWorkingDay Setting `json:"saturday_is_working_day,omitzero" is:"boolean"`
}

// MonthRule is how months are counted, with the reading that decided, "" where
// the text did.
func (r Resolved) MonthRule() (date.MonthRule, string) {
	if r.Counting == nil {
		return date.Clamped, ""
	}
	return date.MonthRule(r.Text(r.Counting.MonthRule)).OrDefault(), r.Counting.MonthRule.Reading
}

// WorkingDays is the id of the calendar of working days, for example "HK", with
// the reading that decided; "" where the agreement knows no working days.
func (r Resolved) WorkingDays() (calendar, reading string) {
	if r.Counting == nil {
		return "", ""
	}
	return r.Text(r.Counting.WorkingDayCalendar), r.Counting.WorkingDayCalendar.Reading
}

// MoneyMode is how a line of money is rounded, with the reading that decided. A
// tie goes up unless the option says HALF_EVEN.
func (r Resolved) MoneyMode() (ratio.Mode, string) {
	if r.Charging == nil {
		return ratio.HalfUp, ""
	}
	if r.Is(r.Charging.Rounding, "HALF_EVEN") {
		return ratio.HalfEven, r.Charging.Rounding.Reading
	}
	return ratio.HalfUp, r.Charging.Rounding.Reading
}
