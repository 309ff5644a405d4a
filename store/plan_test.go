package store

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
)

// Every query that a page, a post or a socket runs is served by an index.
func TestNoQueryScansATable(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "parley.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	lists := func(query string, args ...any) string {
		query, args, err := sqlx.In(query, args...)
		if err != nil {
			t.Fatal(err)
		}
		for range args { // explain needs no values
			query = strings.Replace(query, "?", "1", 1)
		}
		return query
	}
	accounts := func(q AccountQuery) string { query, _ := q.statement(51); return query }
	queries := map[string]string{
		"session":         sessionByHash,
		"sessions alive":  lists(sessionsAlive, 1, 1, []string{"a", "b"}),
		"members present": lists(membersPresent, []int{1, 2}, []int{3, 4}),
		"sign in":         authenticate,
		"user":            userColumns + " where u.id = $1",
		"taken":           takenBy,
		"reset":           resetUser,
		"room":            membership,
		"direct people":   lists(peopleOfDirect, 1, []int{1, 2}),
		"browse":          roomsInUse,
		"archived":        roomsArchived,
		"door":            door,
		"conversation":    conversationOf,
		"conversing":      conversing,
		"seen by":         seenBy,
		"mark all seen":   markAllSeen,
		"member named":    memberNamed,
		"people named":    peopleNamed,
		"first people":    firstPeople,
		"members named":   membersNamed,
		"logins":          loginsOf,
		"shared rooms":    lists("select distinct room_id from members where room_id in (?) and user_id in (?) and present", []int{1, 2}, []int{3, 4}),
		"any room":        "select " + roomFields + " from rooms r where r.id = $1",
		"last message":    messageColumns + " where m.room_id = $1 order by m.seq desc limit 1",
		"everyone's":      "select id from rooms where everyone and archived_at = 0 order by id",
		"mentions gone":   "delete from mentions where room_id = $1 and seq = $2",
		"landing":         landing,
		"rooms":           roomsOfMember,
		"people":          people,
		"people of many":  peopleOfMany,
		"people among":    lists(peopleAmong, 1, []int{1, 2}),
		"message":         messageColumns + memberOnly + " and m.seq = $3",
		"after":           messageColumns + memberOnly + " and m.seq > $3 order by m.seq limit $4",
		"page":            messageColumns + memberOnly + " and m.seq < $3 order by m.seq desc limit $4",
		"changes":         changesSince,
		"changed later":   postedBetween,
		"gone":            goneSince,
		"heads":           lists("select id, rev from rooms where id in (?)", []int{1, 2}),
		"standing":        standingOf,
		"next message":    nextMessage,
		"posting":         posting,
		"forget key":      forgetKey,
		"forget digest":   forgetDigest,

		"draft":         draftOf,
		"drafts gone":   forgetDraftIn,
		"held before":   heldAs,
		"held anywhere": heldAnywhere,
		"held in":       heldIn,
		"held of":       heldOf,
		"held of all":   heldOfAll,
		"waiting of":    waitingOf,
		"turned down":   lists(turnedDown, []int{1, 2}),
		"held due":      heldDue,

		"invitations":        invitationsBefore,
		"invitation":         invitationColumns + " where i.id = $1",
		"invited":            invitationColumns + " where i.token_hash = $1",
		"invitation taken":   takeInvitation,
		"invitations' rooms": lists(roomsOfInvitations, []int{1, 2}),
		"came":               lists(arrivalsOfInvitations, []int{1, 2}, 5),
		"rooms to give":      roomsToGive,
		"room to give":       roomToGive,
		"room to enter":      roomToEnter,
		"invited by":         invitedBy,
		"invited from":       invitedFrom,
		"sign-in link":       signInLinkUser,
		"sign-in link used":  useSignInLink,
		"links gone":         "delete from signin_links where user_id = $1 or expires_at < $2",
		"logo":               logoNamed,

		"cases of":        casesOf,
		"cases of in":     casesOfIn,
		"case":            caseByID,
		"open case about": openCaseAbout,
		"decided for":     decidedFor,
		"reasons":         lists(reasonsOf, []int{1, 2}),
		"reports of":      reportsOf,
		"tried":           tried,
		"hidden texts":    lists(hiddenTexts, 1, []int{1, 2}),
		"news of":         newsOf,
		"news of a lift":  newsOf + liftedAfterAll,
		"no news":         noNews,
		"reporters of":    reportersOf,
		"read reports":    readReports,
		"reports by":      reportsBy,
		"reports since":   reportsSince,
		"notes of":        notesOf,
		"messages around": messagesAround,
		"copies due":      copiesDue,

		"measures due":       measuresDue,
		"held by id":         heldByID,
		"measures due on":    measuresDueOn,
		"removal of":         removalOf,
		"removals":           removals,
		"a slow room":        slowNow,
		"a locked room":      lockedNow,
		"measure":            measureColumns + " where x.id = $1",
		"measures on":        measuresOn,
		"measures in":        measuresIn,
		"measures of":        measureColumns + " where x.case_id = $1 order by x.id",
		"on newcomers":       measuresOnNewcomers,
		"same measure":       sameMeasure,
		"newcomers":          newcomerLimits,
		"suspension of":      suspensionOf,
		"quiet":              quietNow,
		"quiet in":           quietInNow,
		"slow":               slowNow,
		"locked":             lockedNow,
		"told in":            toldIn,
		"told of a time-out": toldOfTimeOut,
		"measured":           measuredSuspension + " where id = $1 and " + byMeasure,
		"refused":            refusal,
		"aside":              asideOf,
		"appeal":             appealColumns + " where a.measure_id = $1",
		"waiting in":         waitingIn,
		"moderated rooms":    moderatedRooms,
		"open appeals":       openAppeals,
		"open appeals in":    openAppealsIn,
		"open of rooms":      openAppealsOfRooms,
		"decided appeals":    decidedAppeals,
		"decided in":         decidedAppealsIn,
		"decided of rooms":   decidedAppealsOfRooms,
		"appeals by":         appealsBy,
		"officers":           officers,
		"moderators of":      moderatorsOf,
		"moderates with":     moderatesWith,
		"moderates any":      moderatesAny,
		"rooms to moderate":  roomsToModerate,
		"muted by":           mutedBy,
		"blocked in":         blockedIn,
		"moderators present": lists(moderatorsPresent, []int{1, 2}, []int{3, 4}),
		"moderating some":    lists(moderatingSome, []int{1, 2}),
		"accounts":           accounts(AccountQuery{After: "1.x"}),
		"newest":             accounts(AccountQuery{Order: ByNewest, After: "1."}),
		"last here":          accounts(AccountQuery{Order: ByHere, After: "1.2"}),
		"moderators":         accounts(AccountQuery{Show: ShowModerators}),
		"newest members":     accounts(AccountQuery{Show: ShowMembers, Order: ByNewest, After: "1."}),
		"members here":       accounts(AccountQuery{Show: ShowMembers, Order: ByHere, After: "1.2"}),
		"suspended":          accounts(AccountQuery{Show: ShowSuspended, After: "1.x"}),
		"suspended here":     accounts(AccountQuery{Show: ShowSuspended, Order: ByHere}),
		"suspended new":      accounts(AccountQuery{Show: ShowSuspended, Order: ByNewest}),
		"deleted":            accounts(AccountQuery{Show: ShowDeleted}),
		"found":              accounts(AccountQuery{Text: "ada"}),
		"found here":         accounts(AccountQuery{Text: "ada", Order: ByHere, Show: ShowAdministrators}),
		"how many found":     matches,
		"rooms of one":       roomsOfAccount,
		"directs of one":     directsOfAccount,
		"administrators":     otherAdministrators,
		"to leave":           roomsToLeave,
		"mentions of one":    mentionsOfUser,
		"written in":         writtenIn,
		"next written":       nextRoomWritten,
		"written by":         writtenBy,
		"exporting":          exporting,
		"export part":        exportPart,
		"export rooms":       exportedRooms,
		"export mentions":    exportedMentions,
		"export entries":     exportedAdministration,
		"export acts":        exportedEntries + " where e.by_id = $1 and e.id > $2 order by e.id limit $3",
		"export measures":    exportedMeasures,
		"export reports":     exportedReports,
		"export held":        exportedHeld,
		"export drafts":      exportedDrafts,
		"export mutes":       exportedMutes,
		"export invitations": exportedInvitations,
		"export arrivals":    exportedArrivals,
		"withdraw appeals":   withdrawAppeals,
		"erase appeals":      eraseAppeals,
		"erase reports":      eraseReports,
		"forget held":        forgetHeldIn,
		"former members":     formerMembers,
		"was in":             wasIn,
		"own report":         ownReport,
		"notices of":         noticesOf,
		"exported":           exportedMessages,
		"figures":            figuresBetween,
		"newest figure":      newestFigure,
		"forget figures":     forgetFigures,
		"all sessions":       allSessions,
		"sessions of":        lists(sessionsOf, 1, 1, []int{1, 2}),
		"sessions to end":    sessionToEnd,

		// Rooms and the log, under administration.
		"room record":         roomRecord,
		"rooms by name":       statementOf(RoomQuery{After: "1 a", State: InUse, Kind: OpenRoom}),
		"rooms by members":    statementOf(RoomQuery{After: "1 1", Sort: RoomsByMembers}),
		"rooms by size":       statementOf(RoomQuery{After: "1 1", Sort: RoomsBySize, State: Archived}),
		"rooms by activity":   statementOf(RoomQuery{After: "1 1", Sort: RoomsByActivity, State: WithoutAny}),
		"rooms named":         statementOf(RoomQuery{Name: "kit", State: ToBeDeleted}),
		"first members":       firstMembers,
		"others in":           othersIn,
		"rooms made":          roomsMade,
		"rooms in":            roomsIn,
		"rooms to forget":     roomsToForget,
		"oldest messages":     oldestMessages,
		"forgotten messages":  forgottenMessages,
		"erase messages":      eraseMessages,
		"forgettable":         forgettable,
		"present in":          presentIn,
		"last of oldest":      lastOfOldest,
		"erase memberships":   eraseMemberships,
		"forget words":        "delete from room_words where room_id = $1",
		"deletion":            "select " + jobFields + " from jobs where room_id = $1 and kind = $2 order by id desc limit 1",
		"entries":             entriesOf(EntryQuery{Before: 1}),
		"entries by":          entriesOf(EntryQuery{By: 1, Before: 1}),
		"entries of an act":   entriesOf(EntryQuery{Act: "x", Before: 1}),
		"entries on":          entriesOf(EntryQuery{On: Target{Kind: OnRoom, ID: 1}, Before: 1}),
		"entries on a kind":   entriesOf(EntryQuery{On: Target{Kind: OnRoom}}),
		"entries with a word": entriesOf(EntryQuery{Word: "a", Before: 1}),
		"entries with words":  entriesOf(EntryQuery{Word: "a b c", Before: 1}),
		"entries with many":   entriesOf(EntryQuery{words: []string{"a", "b", "c"}, many: true}),
		"entries having":      entriesHaving,
		"first entry since":   firstEntrySince,
		"entries near":        entriesOf(EntryQuery{Word: "a", Before: 100, from: 1}),
		"entries of a time":   entriesOf(EntryQuery{Since: time.Unix(1, 0), Until: time.Unix(2, 0)}),
		"entries of all":      entriesOf(EntryQuery{By: 1, Act: "x", On: Target{Kind: OnRoom, ID: 1}, Word: "a", Since: time.Unix(1, 0), Until: time.Unix(2, 0), Before: 1}),
	}
	maps.Copy(queries, ListsOfModeration())
	for name, query := range queries {
		scans, err := s.Scans(t.Context(), query)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, step := range scans {
			t.Errorf("%s: %s", name, step)
		}
	}
}

func statementOf(q RoomQuery) string { text, _ := q.statement(51); return text }

func entriesOf(q EntryQuery) string { text, _ := q.statement(51); return text }
