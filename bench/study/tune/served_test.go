package tune

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/core/library"
	"tlslab/internal/status"
	"tlslab/profiles"
)

// flags by which a guest refuses each check.
var servedFlags = map[profiles.Check]string{"expired": "BADCERT_EXPIRED", "not-yet-valid": "BADCERT_FUTURE", "wrong-name": "BADCERT_CN_MISMATCH", "unknown-ca": "BADCERT_NOT_TRUSTED"}

// script answers conversations: what is not in it ends as it should. A key is
// "POINT CHECK NUMBER" with any part "*"; the number counts all conversations.
type script map[string]string

func (sc script) talk(n *int) func(context.Context, Point, profiles.Check) (*results.Case, error) {
	return func(_ context.Context, p Point, check profiles.Check) (*results.Case, error) {
		*n++
		end := results.OutcomeConnected
		if check != "" {
			end = results.Outcome("MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:" + servedFlags[check])
		}
		for key, other := range sc {
			var at [3]string
			copy(at[:], strings.Fields(key))
			if (at[0] == "*" || at[0] == p.ARM) && (at[1] == "*" || at[1] == string(check) || at[1] == "good" && check == "") && (at[2] == "*" || at[2] == fmt.Sprint(*n) || at[2] == "late" && *n > 6) {
				end = results.Outcome(other)
			}
		}
		if end == "unreachable" {
			return nil, status.Badf("server: connection refused")
		}
		return &results.Case{Outcome: end}, nil
	}
}

// TestServedJudges: what a real server does is the candidate's doing only where
// the server still does the same with another.
func TestServedJudges(t *testing.T) {
	const eof = "MBEDTLS_ERR_SSL_CONN_EOF"
	for _, c := range []struct {
		name  string
		says  script
		start string // what the error of the start holds, "" for none
		why   string // of the candidate
		gone  string // what the error at the candidate holds
		tried int    // checks of the candidate
	}{
		{"all is well", nil, "", "", "", 4},
		{"the start fails", script{"start good *": eof}, "the start does not connect: " + eof, "", "", 0},
		{"nobody listens", script{"* * *": "unreachable"}, "connection refused", "", "", 0},
		{"the start takes any name", script{"start wrong-name *": string(results.OutcomeConnected)}, "wrong-name is not refused by the start", "", "", 0},
		{"never expires", script{"* expired *": string(results.OutcomeConnected)}, "", "", "", 3},
		{"one bad moment", script{"* * 6": eof}, "", "", "", 4},
		{"the candidate can't", script{"other good *": eof}, "", "server: " + eof, "", 0},
		{"the candidate takes any root", script{"other unknown-ca *": string(results.OutcomeConnected)}, "", "server: unknown-ca is not refused (accepted)", "", 4},
		{"refused for another reason", script{"other expired *": eof}, "", "server: expired is not refused (" + results.OutcomeOther + eof + ")", "", 1},
		{"the server stops", script{"* * late": eof}, "", "", "no longer connects to what it did connect to: " + eof, 0},
		{"the server goes away", script{"* * late": "unreachable"}, "", "", "connection refused", 0},
		{"does not build", script{"other good *": string(lab.OutcomeNoBuild)}, "", "server: " + string(lab.OutcomeNoBuild), "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := 0
			s := &Served{server: "server", library: library.All[0], checks: slices.Clone(servedChecks), known: map[string]results.Case{}, talk: c.says.talk(&n)}
			why, err := s.try(context.Background(), Point{ARM: "start"})
			if c.start != "" {
				if err == nil || !strings.Contains(err.Error(), c.start) || !errors.As(err, new(*status.Bad)) {
					t.Fatalf("start: %v, want a finding with %q", err, c.start)
				}
				return
			}
			if err != nil || why != "" {
				t.Fatalf("start: %q, %v", why, err)
			}
			other := Point{ARM: "other"}
			why, err = s.try(context.Background(), other)
			if c.gone != "" {
				if err == nil || !strings.Contains(err.Error(), c.gone) || !errors.As(err, new(*goneError)) || !errors.As(err, new(*status.Bad)) {
					t.Fatalf("candidate: %q, %v, want that the server is gone: %q", why, err, c.gone)
				}
				return
			}
			if err != nil || why != c.why || len(s.known[other.Key()].Checks) != c.tried {
				t.Errorf("candidate: %q, %v, %d checks; want %q and %d", why, err, len(s.known[other.Key()].Checks), c.why, c.tried)
			}
			before := n
			if again, _ := s.try(context.Background(), other); again != why || n != before {
				t.Errorf("asked again: %q after %d more conversations", again, n-before)
			}
		})
	}
}

// TestServedBound: no more connections than asked for.
func TestServedBound(t *testing.T) {
	s := &Served{server: "server", most: 3, made: 3}
	if _, err := s.dialOnce(context.Background(), Point{}, ""); err == nil || !strings.Contains(err.Error(), "3 connections were made, which is the most") {
		t.Errorf("%v", err)
	}
}
