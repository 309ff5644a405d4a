package handlers

import (
	"net/http"

	"parley/store"
)

// who may use a route at all; what they may do to a room or a message is asked of
// the store with the request itself.
type who int

const (
	anyone    who = iota
	guest         // who is signed in is sent to their room
	person        // who is not signed in is sent to sign in
	moderator     // to every other person there is nothing here
	administrator
)

// role is what one has to be on the whole instance to use a route.
func (w who) role() store.Role {
	switch w {
	case administrator:
		return store.Administrator
	case moderator:
		return store.Moderator
	}
	return store.Member
}

type route struct {
	pattern string
	who     who
	handle  func(http.ResponseWriter, *http.Request) error
}

// createMessagePattern is the route whose errors bring a text back.
const createMessagePattern = "POST /rooms/{room}/messages"

// routes is every address that Parley has, but for static files.
func (s *Server) routes() []route {
	return []route{
		{"GET /{$}", anyone, s.showLanding},
		{"GET /healthz", anyone, s.showHealth},
		{"GET /readyz", anyone, s.showReadiness},

		{"GET /register", guest, s.newAccount},
		{"POST /register", guest, s.createAccount},
		{"GET /login", guest, s.newSession},
		{"POST /login", guest, s.createSession},
		{"POST /logout", anyone, s.deleteSession},
		{"GET /zone", anyone, s.showZone},
		{"GET /composer/text", anyone, s.showText},
		{"GET /reset", anyone, s.newPassword},
		{"POST /reset", anyone, s.createPassword},

		// What is going on.
		{"GET /admin", administrator, s.showOverview},
		{"GET /admin/sockets", administrator, s.showSockets},
		{"GET /admin/sockets/{socket}/end", administrator, s.askEndSocket},
		{"POST /admin/sockets/{socket}/end", administrator, s.endSocket},
		{"GET /admin/sessions", administrator, s.showSessions},
		{"POST /admin/sessions/end", administrator, s.endAnySession},
		{"GET /admin/sessions/of/{user}/end", administrator, s.askEndSessions},
		{"POST /admin/sessions/of/{user}/end", administrator, s.endSessionsOf},

		// Invitations and one-time links.
		{"GET /join", anyone, s.showJoin},
		{"POST /join", person, s.acceptInvitation},
		{"GET /link", anyone, s.showSignInLink},
		{"POST /link", anyone, s.useSignInLink},
		{"GET /admin/invitations", administrator, s.showInvitations},
		{"POST /admin/invitations", administrator, s.createInvitation},
		{"GET /admin/invitations/new", administrator, s.newInvitation},
		{"GET /admin/invitations/{invitation}", administrator, s.showInvitation},
		{"GET /admin/invitations/{invitation}/withdraw", administrator, s.askWithdraw},
		{"POST /admin/invitations/{invitation}/withdraw", administrator, s.withdrawInvitation},
		{"GET /admin/people/{user}/link", administrator, s.newSignInLink},
		{"POST /admin/people/{user}/link", administrator, s.createSignInLink},

		{"GET /me.css", person, s.showStyle},
		{"GET /profile", person, s.showProfile},
		{"POST /profile", person, s.updateProfile},
		{"POST /profile/password", person, s.updatePassword},
		{"POST /profile/sessions/end", person, s.endLogin},
		{"POST /profile/sessions/others", person, s.endOtherLogins},

		// Accounts: one's own, and everybody's for administrators.
		{"GET /profile/delete", person, s.askOwnDeletion},
		{"POST /profile/delete", person, s.createOwnDeletion},
		{"GET /profile/export", person, s.showExport},
		{"POST /profile/export", person, s.createExport},
		{"GET /admin/people", administrator, s.showAccounts},
		{"POST /admin/people", administrator, s.createPersonAccount},
		{"GET /admin/people/new", administrator, s.newPersonAccount},
		{"GET /admin/people/{user}", administrator, s.showAccount},
		{"POST /admin/people/{user}", administrator, s.updateAccount},
		{"POST /admin/people/{user}/role", administrator, s.updateRole},
		{"POST /admin/people/{user}/sessions/end", administrator, s.endLoginOf},
		{"GET /admin/people/{user}/suspend", administrator, s.askSuspension},
		{"POST /admin/people/{user}/suspend", administrator, s.createSuspension},
		{"POST /admin/people/{user}/reactivate", administrator, s.deleteSuspension},
		{"GET /admin/people/{user}/delete", administrator, s.askDeletion},
		{"POST /admin/people/{user}/delete", administrator, s.createDeletion},

		{"GET /go", person, s.showJump},
		{"GET /go/list", person, s.showFound},
		{"GET /people/{user}", person, s.showPerson},
		{"POST /people/{user}/mute", person, s.updateMute},
		{"GET /mutes", person, s.showMutes},

		{"GET /people/{user}/moderate", person, s.moderatePerson},
		{"GET /rooms/{room}/moderate", person, s.moderateRoom},
		{"GET /rooms/{room}/moderation/log", person, s.showRoomLog},
		{"POST /rooms/{room}/moderators", person, s.updateModerators},
		{"GET /rooms/{room}/messages/{seq}/hide", person, s.askHide},
		{"GET /rooms/{room}/messages/{seq}/hidden", person, s.showHidden},
		{"POST /measures", person, s.createMeasure},
		{"POST /measures/{measure}/lift", person, s.liftMeasure},
		{"GET /moderation/newcomers", moderator, s.showNewcomers},
		{"GET /moderation/measures", person, s.showInForce},
		{"GET /moderation/appeals", person, s.showAppeals},
		{"GET /moderation/appeals/{measure}", person, s.showAppeal},
		{"POST /moderation/appeals/{measure}", person, s.decideAppeal},
		{"GET /notices", person, s.showNotices},
		{"POST /notices/{measure}/appeal", person, s.createAppeal},
		{"POST /appeal", anyone, s.createAppealOutside},

		{"GET /direct/new", person, s.newDirect},
		{"GET /direct/people", person, s.showReachable},
		{"POST /direct", person, s.createDirect},
		{"POST /read", person, s.markAllRead},

		// Settings
		{"GET /accent.css", anyone, s.showAccent},
		{"GET /logo/{file}", anyone, s.showLogo},
		{"GET /admin/settings", administrator, s.showSettings},
		{"POST /admin/settings", administrator, s.updateSettings},
		{updateLogoPattern, administrator, s.updateLogo},

		// Rooms and the log, under administration.
		{"GET /admin/rooms", administrator, s.showRoomRecords},
		{"GET /admin/rooms/{room}", administrator, s.showRoomRecord},
		{"POST /admin/rooms/{room}", administrator, s.updateRoomRecord},
		{"POST /admin/rooms/{room}/archive", administrator, s.archiveRoomRecord},
		{"POST /admin/rooms/{room}/reopen", administrator, s.reopenRoomRecord},
		{"POST /admin/rooms/{room}/members", administrator, s.giveMember},
		{"GET /admin/rooms/{room}/keep", administrator, s.askKeep},
		{"POST /admin/rooms/{room}/keep", administrator, s.updateKeep},
		{"GET /admin/rooms/{room}/delete", administrator, s.askDeleteRoom},
		{"POST /admin/rooms/{room}/delete", administrator, s.deleteRoom},
		{"POST /admin/rooms/{room}/spare", administrator, s.spareRoom},
		{"GET /admin/log", administrator, s.showLog},
		{"POST /admin/log/export", administrator, s.exportLog},

		{"GET /rooms", person, s.showRooms},
		{"POST /rooms", person, s.createRoom},
		{"GET /rooms/new", person, s.newRoom},
		{"GET /rooms/list", person, s.showFoundRooms},
		{"GET /rooms/{room}/about", person, s.showAbout},
		{"POST /rooms/{room}/about", person, s.updateRoom},
		{"GET /rooms/{room}/archive", person, s.askArchive},
		{"POST /rooms/{room}/archive", person, s.archiveRoom},
		{"POST /rooms/{room}/reopen", person, s.reopenRoom},
		{"POST /rooms/{room}/join", person, s.createMembership},
		{"GET /rooms/{room}/leave", person, s.askLeave},
		{"POST /rooms/{room}/leave", person, s.deleteMembership},
		{"GET /rooms/{room}/people", person, s.showAddable},
		{"POST /rooms/{room}/members", person, s.createMember},
		{"GET /rooms/{room}/members/remove", person, s.askRemoval},
		{"POST /rooms/{room}/members/remove", person, s.createRemoval},
		{"POST /rooms/{room}/involvement", person, s.updateInvolvement},

		{"GET /rooms/{room}", person, s.showRoom},
		{"GET /rooms/{room}/follow", person, s.showFollow},
		{"GET /rooms/{room}/stream", person, s.showStream},
		{"GET /rooms/{room}/write", person, s.showWrite},
		{"GET /rooms/{room}/live", anyone, s.openSocket},
		{"GET /live", anyone, s.openSocket},
		{"GET /rooms/{room}/messages", person, s.showMessages},
		{createMessagePattern, person, s.createMessage},
		{saveDraftPattern, person, s.saveDraft},
		{"GET /rooms/{room}/messages/{seq}", person, s.showMessage},
		{"POST /rooms/{room}/messages/{seq}", person, s.updateMessage},
		{"POST /rooms/{room}/messages/{seq}/unread", person, s.markUnread},
		{"GET /rooms/{room}/new.css", person, s.showNewSince},
		{"GET /rooms/{room}/read.css", person, s.noteRead},
		{"GET /rooms/{room}/messages/{seq}/more", person, s.showMore},
		{"GET /rooms/{room}/messages/{seq}/edit", person, s.editMessage},
		{"GET /rooms/{room}/messages/{seq}/delete", person, s.askDelete},
		{"POST /rooms/{room}/messages/{seq}/delete", person, s.deleteMessage},

		// Reports, and the cases that they are about.
		{"GET /rooms/{room}/messages/{seq}/report", person, s.askReport},
		{"POST /rooms/{room}/messages/{seq}/report", person, s.createReport},
		{"GET /people/{user}/report", person, s.askReportPerson},
		{"POST /people/{user}/report", person, s.createPersonReport},
		{"GET /reports", person, s.showReports},
		{"GET /moderation", person, s.showModeration},
		{"GET /rooms/{room}/moderation", person, s.showRoomQueue},
		{"GET /moderation/cases/{case}", person, s.showCase},
		{"POST /moderation/cases/{case}/taker", person, s.updateTaker},
		{"POST /moderation/cases/{case}/close", person, s.closeCase},
		{"POST /moderation/cases/{case}/reopen", person, s.reopenCase},
		{"POST /moderation/cases/{case}/notes", person, s.createNote},
		{"POST /moderation/cases/{case}/measures", person, s.createCaseMeasure},

		// Rules, and what they hold.
		{"GET /moderation/rules", moderator, s.showRules},
		{"POST /moderation/rules", moderator, s.createRule},
		{"POST /moderation/rules/trial", moderator, s.tryRule},
		{"GET /moderation/rules/{rule}", moderator, s.showRule},
		{"POST /moderation/rules/{rule}", moderator, s.updateRule},
		{"POST /moderation/rules/{rule}/trial", moderator, s.tryChangedRule},
		{"GET /moderation/rules/{rule}/delete", moderator, s.askDeleteRule},
		{"POST /moderation/rules/{rule}/delete", moderator, s.deleteRule},
		{"GET /moderation/held", person, s.showHeld},
		{"POST /moderation/held/{held}/publish", person, s.publishHeld},
		{"GET /moderation/held/{held}/refuse", person, s.askTurnDown},
		{"POST /moderation/held/{held}/refuse", person, s.turnDownHeld},
		{"POST /held/{held}/withdraw", person, s.withdrawHeld},
	}
}
