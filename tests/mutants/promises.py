"""What the product promises, each with a change of its code that breaks the promise, and the tests that notice.

A change is keyed by its text alone, which stands once in all of `runner/`, and a test by its function's name, so that
files may move. If code is worded anew, its change is worded anew with it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` is replaced by `new`; then each of `tests` must fail."""

    promise: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTANTS = (
    # hosts
    Mutant(
        "what is in doubt in a lane goes first on the host that has just taken it",
        "        self._executor.take_over(taken)  # before anything new begins there: what is in doubt\n",
        "",
        ("test_lanes_come_and_go_with_phones",),
    ),
    Mutant(
        "a ring that was lost is rung again",
        "            elif now_s < known.again_s:\n",
        "            elif known:\n",
        ("test_lanes_with_the_same_tasks_are_rung_ever_more_seldom",),
    ),
    Mutant(
        "a host of phones carries out no tasks of a batch backend",
        "and_(TASK.device.in_(lanes), TASK.backend.not_in(batched_backends()))",
        "TASK.device.in_(lanes)",
        ("test_what_is_due_in_a_lane",),
    ),
    # notifications
    Mutant(
        "news are told once, whatever restarts",
        "                for key in connection.scalars(known).all():\n                    del by_key[key]\n",
        "                connection.scalars(known).all()\n",
        ("test_a_new_process_goes_on_where_the_old_one_ended",),
    ),
    Mutant(
        "what happened right before a crash is told after it",
        "self._since = min(before.seen_utc, now) - AFTER_START if before else now",
        "self._since = now",
        ("test_what_happened_right_before_a_crash_is_found_after_it",),
    ),
    Mutant(
        "a message that may be the second one says so",
        "event, again = news[0].event, any(row.begun_utc for row in rows)",
        "event, again = news[0].event, False",
        ("test_what_was_cut_off_is_sent_again_and_says_so",),
    ),
    Mutant(
        "what a service answers is kept without secrets",
        'line = visible(hidden(" ".join(problem.split()), recipient.secrets))',
        'line = visible(" ".join(problem.split()))',
        ("test_what_is_quoted_of_a_url_is_hidden",),
    ),
    # phones in the hands of people
    Mutant(
        "no task begins on a phone that somebody has in his hands",
        "self._loans.refusal(taken.task) or self._context.doubts.refusal(taken.task)",
        "self._context.doubts.refusal(taken.task)",
        ("test_a_task_waits_while_somebody_has_its_phone_and_goes_on_after",),
    ),
    Mutant(
        "nobody gets a phone while a task has it",
        "if taken := self._taken_on(serial):",
        "if taken := None:",
        ("test_nobody_gets_a_phone_while_a_task_has_it",),
    ),
    Mutant(
        "no task begins while a picture is taken",
        "        lane.busy = True\n        self._watch(lane)\n        return True",
        "        self._watch(lane)\n        return True",
        ("test_no_task_begins_while_a_picture_is_taken",),
    ),
    Mutant(
        "a phone is touched only while it is on hold",
        "            self._need_hold(serial)\n            frame =",
        "            frame =",
        ("test_a_phone_is_touched_only_on_hold_and_only_by_whoever_has_it",),
    ),
    Mutant(
        "of typed text only its length is on record",
        """return f"typed {count} character{'' if count == 1 else 's'}\"""",
        """return f"typed {self.text}\"""",
        ("test_typed_text_arrives_and_is_kept_nowhere",),
    ),
    # as the account that was named
    Mutant(
        "no effect is made before somebody has read that the app shows the task's account",
        "if self.works_as is not None and not self.is_account_known:",
        "if False:",
        ("test_a_flow_that_reads_no_account_makes_nothing_as_one",),
    ),
    Mutant(
        "a flow stops at another account than the task's",
        "if self.works_as not in (None, self.account):",
        "if False:",
        ("test_a_flow_that_reads_another_account_stops_before_the_tap",),
    ),
    Mutant(
        "after a switch the account is verified by its name",
        """\
    if shown != attempt.works_as:
        raise attempt.wrong_account(shown, "it was not switched")
""",
        "    shown = attempt.works_as\n",
        ("test_a_switch_that_leads_to_another_account_is_no_switch",),
    ),
    Mutant(
        "a task of an account keeps its key when the account moves to another phone",
        "return self.declared.identity if self.declared else self.name",
        "return self.name",
        ("test_an_account_keeps_its_key_on_another_phone",),
    ),
    Mutant(
        "the limit of an account holds back no other account of the entry on its phone",
        "return task.campaign, task.entry, task.doer",
        'return task.campaign, task.entry, ""',
        ("test_accounts_of_one_entry_do_not_wait_for_each_other",),
    ),
    # exactly once
    Mutant(
        "an effect is in the ledger before it is tapped",
        "                attempt.begin_effect(self.effect, known, target, leave_open=self.leave_open)\n",
        """\
                attempt.finger.tap_once(place, attempt.be_sure)
                attempt.begin_effect(self.effect, known, target, leave_open=self.leave_open)
""",
        ("test_the_ledger_is_told_before_and_after_the_one_tap",),
    ),
    Mutant(
        "nobody works as an account before what it has in doubt was looked at",
        "self._raise(self._first(task, lambda one: not one.has_looked and one.is_of(account)))",
        "self._first(task, lambda one: not one.has_looked and one.is_of(account))",
        ("test_no_other_phone_works_as_its_account_before_that",),
    ),
    Mutant(
        "the tap of an effect is never repeated",
        """\
        answer = self._calls.call(
            self._phone(), "click", [x, y], timeout_s=CALL_TIMEOUT_S, anew=True, be_sure=be_sure
        )
""",
        '        answer = self._call("click", x, y)\n',
        ("test_the_tap_of_an_effect_is_never_repeated",),
    ),
    Mutant(
        "of a phone that is away it is sure that an effect was not sent",
        "timeout_s=CALL_TIMEOUT_S, anew=True, be_sure=be_sure",
        "timeout_s=CALL_TIMEOUT_S, be_sure=be_sure",
        ("test_of_a_phone_that_is_away_it_is_sure_that_an_effect_was_not_sent",),
    ),
    Mutant(
        "what an interrupted attempt has committed is not repeated",
        "    return Outcome(AttemptOutcome.COMPLETED, what)\n",
        "    return None\n",
        ("test_a_committed_effect_is_never_repeated",),
    ),
    Mutant(
        "an effect is never repeated after an interruption in a flow with several effects",
        "attempt.made = MadeEffects(left)",
        "attempt.made = MadeEffects()",
        ("test_what_was_made_is_not_made_again_after_an_interruption",),
    ),
    Mutant(
        "of an effect in doubt nothing is repeated before somebody has looked, in a flow with several effects",
        "return _look_at(attempt, doubts) if doubts else None",
        "return None",
        ("test_a_follow_in_doubt_is_looked_up_by_its_own_proof",),
    ),
    Mutant(
        "a proof looks at the screen that the tap has left, and at no later one",
        "is_on_screen = self.effect.step == self._completed",
        "is_on_screen = True",
        ("test_a_like_in_doubt_stays_open_since_its_card_is_gone_and_the_task_goes_on_in_its_turn",),
    ),
    Mutant(
        "an effect is made once for each target, in a loop too",
        "return key in self._now or self._earlier[key] > 0",
        "return False",
        (
            "test_an_effect_in_a_loop_is_made_once_for_each_target",
            "test_an_interrupted_loop_likes_no_card_twice",
        ),
    ),
    Mutant(
        "an interrupted loop goes on for the rest of its time",
        "self._spent_s = self._journal.worked_s()",
        "self._spent_s = 0.0",
        ("test_an_interrupted_loop_goes_on_for_the_rest_of_its_time",),
    ),
    Mutant(
        "an expression calls nothing",
        "if isinstance(node, nodes.Call):",
        "if False:",
        ("test_what_is_refused_when_it_is_read",),
    ),
    Mutant(
        "what stays open asks nobody",
        "END_IN_DOUBT = END.where(select(EFFECT.id).where(EFFECT.task_id == TASK.id, ASKS_SOMEBODY).exists())",
        "END_IN_DOUBT = END.where(select(EFFECT.id).where(EFFECT.task_id == TASK.id, IS_UNSETTLED).exists())",
        ("test_what_stays_open_asks_nobody_when_its_task_is_cancelled",),
    ),
    Mutant(
        "what nobody can tell waits for a person",
        "    if asked is not None:\n",
        "    if False:\n",
        ("test_an_uncertain_effect_waits_for_a_person",),
    ),
    Mutant(
        "a person cannot retry what may have happened",
        "_refuse_retry(key, task, _effects(connection, key))",
        "pass",
        ("test_a_retry_that_could_repeat_something_is_refused",),
    ),
    Mutant(
        "a task that the ledger has is not made again",
        "if task.key not in taken",
        "if True",
        ("test_the_same_tasks_are_added_once",),
    ),
    Mutant(
        "the key of a task is kept for as long as something could make the task again",
        "TASK.pruned_utc.is_not(None), TASK.due_utc < keep_from,",
        "TASK.pruned_utc.is_not(None),",
        ("test_what_is_old_is_forgotten_but_its_key",),
    ),
    # in doubt goes first
    Mutant(
        "nothing else goes on a phone before what was begun there was looked at",
        "is_near(one) and (not one.has_looked or kinds & one.kinds)",
        "False",
        ("test_a_batch_on_its_phone_waits_for_the_look",),
    ),
    Mutant(
        "at the commit point a kind of effect waits for one of its kind that is in doubt",
        "self._raise(self._first(task, is_alike))",
        "self._first(task, is_alike)",
        ("test_at_the_commit_point_its_kind_waits_too",),
    ),
    # on time, or told why not
    Mutant(
        "what is late by more than its grace is missed",
        "if late > plannable.reach + entry.grace.delta:",
        "if late > plannable.reach + 2 * entry.grace.delta:",
        ("test_grace_is_included_and_past_it_an_occurrence_is_missed",),
    ),
    Mutant(
        "on_missed says what becomes of what was missed",
        'if entry.on_missed == "skip":',
        "if False:",
        ("test_on_missed_says_which_of_them",),
    ),
    Mutant(
        "catch-up never reaches behind the moment at which the ledger saw a start time",
        "floors[rule] = max(first, since) if first <= here.now else since",
        "floors[rule] = since",
        ("test_catch_up_never_reaches_behind_the_moment_at_which_the_ledger_saw_the_start_time",),
    ),
    Mutant(
        "a time that the clocks show twice comes the first time",
        "return Resolved(first_utc, Fit.REPEATED)",
        "return Resolved(second_utc, Fit.REPEATED)",
        ("test_a_wall_clock_time_comes_at_its_first_instant",),
    ),
    Mutant(
        "what a campaign did by its former name is done",
        "any((name, plannable.entry.name, nominal) in known for name in plannable.campaign_names)",
        "(plannable.campaign.name, plannable.entry.name, nominal) in known",
        ("test_what_was_decided_by_a_former_name_before_a_kill_is_not_done_again",),
    ),
    Mutant(
        "what was tried is not cancelled with its entry",
        "TASK.source == TaskSource.CAMPAIGN, TASK.attempts == 0, ~has_effects",
        "TASK.source == TaskSource.CAMPAIGN",
        ("test_what_was_never_tried_goes_with_its_entry",),
    ),
    # holds, requests, wake-ups
    Mutant(
        "a phone that is on hold is left alone",
        'return Refusal(f"{task.device} is on hold: {hold.reason}", ReasonKind.ON_HOLD, hold.until_utc)',
        "return None",
        ("test_a_screen_for_a_person_holds_the_phone_and_leaves_the_rest_pending",),
    ),
    Mutant(
        "a phone that fails repeatedly is held back",
        "if not self.failures or failures < self.failures:",
        "if True:",
        ("test_three_failures_in_a_row_hold_the_phone_back_and_one_task_is_tried_then",),
    ),
    Mutant(
        "a phone that is held back gets another try",
        "if hold is not None and (hold.until_utc is None or hold.until_utc > now):",
        "if hold is not None:",
        ("test_three_failures_in_a_row_hold_the_phone_back_and_one_task_is_tried_then",),
    ),
    Mutant(
        "a phone that works ends its row of failures",
        "elif task.device in self._failing and _shows_that_it_works(outcome):",
        "elif False:",
        ("test_a_phone_that_answers_in_between_is_not_held_back",),
    ),
    Mutant(
        "a hold that is released while a task is refused for it keeps nothing back",
        "is_outdated = taken.lifts != self._context.lifts.count",
        "is_outdated = False",
        ("test_a_hold_that_is_released_while_a_task_is_refused_for_it_keeps_nothing_back",),
    ),
    Mutant(
        "a stop request survives a restart",
        "if attempt.task_key in stopped:",
        "if False:",
        ("test_a_stop_that_a_dead_process_had_answered_is_not_forgotten",),
    ),
    # one at a time, within limits
    Mutant(
        "of two that ask for the last place of an account one gets it",
        "{name for name in (task.device, account) if name}",
        "{name for name in (task.device,) if name}",
        ("test_of_two_threads_that_ask_for_the_last_place_one_gets_it",),
    ),
    Mutant(
        "of two that ask for the last place of a device one gets it",
        "{name for name in (task.device, account) if name}",
        "{name for name in (account,) if name}",
        ("test_of_two_threads_that_ask_for_the_last_place_one_gets_it",),
    ),
    Mutant(
        "limits count what this process has made since it asked the ledger",
        "            self._known.add(task.device, account, kind, self._clock.now())\n",
        "            pass\n",
        ("test_the_ledger_is_asked_again_only_where_what_is_known_forbids_an_effect",),
    ),
    Mutant(
        "limits count what a batch has made, in lanes too",
        "            self._known.forget(names)\n            yield\n",
        "            yield\n",
        ("test_what_a_batch_makes_counts_in_a_lane",),
    ),
    Mutant(
        "limits count what may have happened",
        "ColumnElement[bool] = EFFECT.state != EffectState.REFUTED",
        "ColumnElement[bool] = EFFECT.state == EffectState.COMMITTED",
        ("test_usage_counts_what_may_have_happened",),
    ),
    Mutant(
        "an account does one task at a time, on whatever phone",
        "if use.lane != lane and any(account.is_same(used) for used in use.accounts):",
        "if False:",
        ("test_two_phones_never_work_as_one_account_at_the_same_time",),
    ),
    Mutant(
        "a ledger has one executor",
        """\
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
""",
        "            return\n",
        ("test_a_second_executor_is_told_who_the_first_one_is",),
    ),
    # through the Local API
    Mutant(
        "what a lost process had committed is not sent again",
        "elif any(effect.state is EffectState.COMMITTED for effect in effects):",
        "elif False:",
        ("test_what_a_lost_process_had_committed_is_not_sent_again",),
    ),
    Mutant(
        "what may have been sent is searched for, and not sent again",
        """\
        if not error.sent:
            return _fail(batch, sending, error)
        search_for(""",
        """\
        if True:
            return _fail(batch, sending, error)
        search_for(""",
        ("test_what_was_done_before_the_answer_was_lost_is_found",),
    ),
    # who may ask, and for what
    Mutant(
        "the server answers to names of this machine only",
        "            if not is_this_machine(host):\n                raise ApiError",
        "            if False:\n                raise ApiError",
        ("test_a_name_that_an_attacker_chose_is_refused",),
    ),
    Mutant(
        "a token is wanted from everybody",
        'elif not shows(headers.get("authorization", ""), self._token):',
        "elif False:",
        ("test_a_token_is_wanted_from_everybody",),
    ),
    Mutant(
        "requests post from the folders that they may",
        "return not self._folders or any(_is_below(file.real_path, folder) for folder in self._folders)",
        "return True",
        ("test_folders_confine_whatever_way_leads_out_of_them",),
    ),
    Mutant(
        "a pipe or a device is never opened for a media file",
        "if not stat.S_ISREG(mode):",
        "if False:",
        ("test_a_pipe_or_a_device_is_told_and_never_waited_for",),
    ),
    # reports
    Mutant(
        "a report that is shown has no origin, and runs nothing",
        "f\"sandbox; {policy()}; frame-ancestors 'none'\"",
        "policy()",
        ("test_a_report_that_is_shown_has_no_origin_and_runs_nothing",),
    ),
    Mutant(
        "screens make no report longer than its bound",
        "if size * 4 // 3 + 4 > room:",
        "if False:",
        ("test_of_300_tasks_with_pictures_no_more_fit_than_there_is_room_for",),
    ),
    Mutant(
        "what is uncertain is an error in continuous integration",
        'TaskState.UNCERTAIN: "error",',
        'TaskState.UNCERTAIN: "skipped",',
        ("test_each_state_has_its_result",),
    ),
    # app profiles
    Mutant(
        "whether a screen can be read is asked of the app's own windows",
        "own = self.elements_of(tuple(packages))",
        "own = list(self.elements())",
        ("test_opaque_is_asked_of_the_app_alone",),
    ),
    Mutant(
        "words of one language are not looked for in another",
        "if (group := without_words(all_of))",
        "if (group := all_of)",
        ("test_a_language_keeps_what_has_no_words",),
    ),
    Mutant(
        "a user's profile replaces only what it names",
        "    return {**below, **over}\n",
        "    return {**below, **above}\n",
        ("test_a_users_profile_lies_over_the_shipped_one_name_by_name",),
    ),
    Mutant(
        "what nobody has recorded is never looked for",
        "        if selector.unverified:\n            continue\n",
        "",
        ("test_each_key_also_refuses",),
    ),
    # rehearsals of days ahead
    Mutant(
        "a rehearsal's ledger drives no real phones, wherever it lies",
        '            self._write("say that it is a rehearsal\'s", _mark)\n',
        "",
        ("test_a_rehearsals_ledger_is_known_wherever_it_lies",),
    ),
    Mutant(
        "who sleeps under a simulated clock counts as awake before anybody goes on",
        "            self._sleepers = [sleeper for sleeper in self._sleepers if sleeper.until > self._now]\n",
        "",
        ("test_whoever_is_woken_no_longer_counts_as_asleep",),
    ),
    Mutant(
        "phones live through what happens before the runner wakes up",
        "    while self._timers and self._timers[0].at <= instant:",
        "    while self._timers and self._timers[0].at < instant:",
        ("test_time_that_is_moved_does_what_was_to_come",),
    ),
    # hosts that share a ledger
    Mutant(
        "an effect is begun only while its host has the lane",
        "        check_holds(connection, holds)\n        now = instant(self._clock.now())\n",
        "        now = instant(self._clock.now())\n",
        ("test_nothing_is_begun_under_a_lease_that_is_lost",),
    ),
    Mutant(
        "what a host begins is refused by the epoch of whoever took its lane",
        "        if epochs.get(name) != hold.epoch:\n",
        "        if name not in epochs and False:\n",
        (
            "test_nothing_is_begun_under_a_lease_that_is_lost",
            "test_an_effect_that_is_begun_while_somebody_takes_the_lane_is_refused",
        ),
    ),
    Mutant(
        "a task that several hosts claim at one moment is claimed once",
        "IS_PENDING = and_(unsearched(TASK.state) == TaskState.PENDING, unsearched",
        "IS_PENDING = and_(unsearched",
        ("test_a_task_is_claimed_once",),
    ),
    Mutant(
        "nothing is tapped once the lease may be over, however long the way to the phone took",
        "            be_sure()\n        except BaseException:\n            sock.end()\n",
        "            pass\n        except BaseException:\n            sock.end()\n",
        ("test_the_tap_of_an_effect_is_not_sent_once_the_lease_is_over",),
    ),
    Mutant(
        "a flow asks for the lease right before its tap",
        "attempt.finger.tap_once(place, attempt.be_sure)",
        "attempt.finger.tap_once(place, lambda: None)",
        ("test_nothing_is_tapped_or_written_once_another_host_may_have_the_phone",),
    ),
    Mutant(
        "nothing is sent to a server once another host may call it",
        "    content = body(first, config)\n    batch.journal.be_sure()\n",
        "    content = body(first, config)\n",
        ("test_nothing_is_sent_once_another_host_may_call_the_server",),
    ),
    Mutant(
        "an account works on one host at a time",
        "        if not self._database.connector.try_lock(connection, locks):\n            return None\n",
        "",
        ("test_an_account_and_the_last_place_of_its_limit_are_given_once",),
    ),
    Mutant(
        "hosts share the last place of a limit",
        """\
            if not self._database.connector.try_lock(connection, locks):
                return None
""",
        "",
        ("test_an_account_and_the_last_place_of_its_limit_are_given_once",),
    ),
    Mutant(
        "a host whose renewal came just in time keeps its lanes",
        "order_by(HOST.name).with_for_update(read=True, skip_locked=True)",
        "order_by(HOST.name)",
        ("test_a_renewal_that_came_just_in_time_counts",),
    ),
    Mutant(
        "whoever has a lease stops before anybody else begins",
        "lasts.total_seconds() - MARGIN_S",
        "lasts.total_seconds()",
        ("test_the_holder_stops_before_anybody_else_begins",),
    ),
    Mutant(
        "a lease that was given up is not taken up again",
        "            self._is_over = True\n        return not self._is_over\n",
        "            return False\n        return not self._is_over\n",
        ("test_the_holder_stops_before_anybody_else_begins",),
    ),
    Mutant(
        "a leader that another one has followed decides nothing",
        "if ask(connection, LEADS, LEADER.id, [THE_ROW]) != [(lease.epoch,)]:",
        "if not ask(connection, LEADS, LEADER.id, [THE_ROW]):",
        ("test_a_leader_that_was_followed_writes_nothing",),
    ),
    Mutant(
        "a leader renews its lease while it writes many tasks down",
        "with_for_update(read=True, key_share=True)",
        "with_for_update(read=True)",
        ("test_the_leader_renews_its_lease_while_it_writes_and_nobody_takes_the_lead",),
    ),
    Mutant(
        "whoever takes a lane settles what was left open in it before it begins anything",
        "        settle_interrupted(ledger, new)\n        ledger.fence.hold(new)\n",
        "        ledger.fence.hold(new)\n",
        ("test_whoever_takes_a_lane_settles_what_was_left_open_in_it",),
    ),
)
